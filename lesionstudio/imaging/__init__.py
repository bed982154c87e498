"""What a scan and a mask are. Imports numpy, and on first use scipy, opencv and the decoders; no Qt, no torch."""
