"""The parts of the window: each shows plain values and forwards what is asked for by signals; none knows Session or files."""
