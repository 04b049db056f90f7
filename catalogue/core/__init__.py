"""What every feature stands on: database, actor, the one writer of states, audit, outbox, web frame."""

import gc

# Nearly all that a program makes while it loads stays to its end: Python's sweep after each 700 objects would walk it hundreds of times.
gc.set_threshold(10_000, 10, 10)
