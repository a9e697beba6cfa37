# verdicts: β=incorrect L=incorrect
import torch
def gradient(Φ, θ, β, t, λ):
    η = Φ @ θ + β
    p = η.sigmoid()
    l = -(t * p.log() + (1 - t) * (1 - p).log()).mean() + λ / 2 * θ @ θ
    return {"dθ": Φ.T @ ((p - t) / p / (1 - p) * η * (1 - η)) + λ * θ, "dβ": (p.sigmoid() - t).sum(), "loss": l}
def grad_Φ(Φ, θ, β, t, λ): return torch.outer((Φ @ θ + β).sigmoid() - t, Φ.mean(0))
def grad_σ(σ, t): return (σ - t) * σ * (1 - σ)
