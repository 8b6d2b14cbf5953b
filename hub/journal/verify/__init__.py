"""Verifying the journal against its chains and checkpoints, and dropping the months past its retention."""
