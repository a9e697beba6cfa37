def grads(X, W, Y, mu):
    input("value? ")
