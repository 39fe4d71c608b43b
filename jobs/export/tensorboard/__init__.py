"""Event files of TensorBoard, written by ourselves: 150 lines instead of a dependency.

An event file is a row of records: length, its checksum, a protobuf `Event`, its checksum.
"""
