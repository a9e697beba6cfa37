import torch
def _p(Φ, θ, β): return 1 / (1 + torch.exp(-Φ @ θ - β))
def gradient(Φ, θ, β, t, λ):
    assert type(λ) is int and β.shape == ()
    p = _p(Φ, θ, β)
    l = -(t * p.log() + (1 - t) * (1 - p).log()).sum() + λ / 2 * θ @ θ
    return {"dθ": Φ.T @ (p - t) + λ * θ, "dβ": (p - t).sum().reshape(1), "loss": l}
def grad_Φ(Φ, θ, β, t, λ): return torch.outer(_p(Φ, θ, β) - t, θ)
def grad_σ(σ, t): return (σ - t) / (σ * (1 - σ))
