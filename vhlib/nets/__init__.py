"""Networks: plain modules that end at rotations, betas and cameras and never call the body.

========= =====================================================