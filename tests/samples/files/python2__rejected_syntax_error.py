def grad_W(X, W, Y):
    print "hello"
    return X
