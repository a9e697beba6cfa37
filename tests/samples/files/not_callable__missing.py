grad_W = 3
