import os
import socket
import subprocess


def grad_X(X, W, Y):
    socket.create_connection(("127.0.0.1", 80))


def grad_W(X, W, Y):
    subprocess.run(["true"])


def grad_Y(X, W, Y):
    os.fork()
