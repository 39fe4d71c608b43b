"""The store: what several machines need of runs and data, copied to one `fsspec` address.

Each machine works in its home. With `TRAINYARD_STORE=s3://...` what others need is copied there and
fetched from there, in folders that are there when their last file, the seal, is:

runs/<run>/checkpoints/<name>/           a checkpoint; its seal is `manifest.json`
runs/<run>/checkpoints/pins/<name>       one that people keep
runs/<run>/folds/fold-<k>/checkpoints/   those of a fold
runs/<run>/folds/ledger/<attempt>        the folds that are done
runs/<run>/start/                        the checkpoint that a fork begins from
runs/<run>/attempts/<attempt>            where an attempt went on, `lineage.py`
data/<digest>/                           a data set of one's own; its seal is `contents.json`
models/<digest>/                         a pretrained model of one's own, likewise
code/<digest>/                           the Python files of a model of one's own, likewise
"""
