#: quantities that differ by less are the same: sums of floats leave that much
NOISE = 1e-6
#: what the ledger takes beyond what was recorded: parts of a quantity that were rounded
#: one by one come to it
SLACK = 1e-5
