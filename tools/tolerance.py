#: quantities that differ by less are the same
NOISE = 1e-6
