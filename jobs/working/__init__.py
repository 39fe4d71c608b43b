"""What happens on a machine that trains: workers, horses, the forkserver, trainers, leases."""
