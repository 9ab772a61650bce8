"""Updates of the rarer optimizers, and the bound on weights: one pass over the flat vector each."""

from __future__ import annotations

import math

from nntrain.kernels.compiled.twin import twin


@twin
def adadelta_update(theta, gradient, average, steps, scratch, spare, lr, rho, epsilon):
    """s ← ρ s + (1 − ρ) g², Δ = g √((d + ε)/(s + ε)), d ← ρ d + (1 − ρ) Δ², θ ← θ − η Δ."""
    number = theta.dtype.type
    eta, eps, kept, new = number(lr), number(epsilon), number(rho), number(1.0 - rho)
    for i in range(theta.size):
        s = average[i] * kept + gradient[i] * gradient[i] * new
        delta = number(math.sqrt((steps[i] + eps) / (s + eps))) * gradient[i]
        average[i] = s
        steps[i] = steps[i] * kept + delta * delta * new
        theta[i] -= delta * eta


@twin
def rmsprop_momentum_update(theta, gradient, average, velocity, scratch, lr, rho, epsilon, mu):
    """s ← ρ s + (1 − ρ) g², v ← μ v − η g / (√s + ε), θ ← θ + v."""
    number = theta.dtype.type
    eta, eps, kept, new, inertia = number(lr), number(epsilon), number(rho), number(1.0 - rho), number(mu)
    for i in range(theta.size):
        s = average[i] * kept + gradient[i] * gradient[i] * new
        v = velocity[i] * inertia - gradient[i] / (number(math.sqrt(s)) + eps) * eta
        average[i] = s
        velocity[i] = v
        theta[i] += v


@twin
def rmsprop_centered_update(theta, gradient, average, mean, velocity, scratch, lr, rho, epsilon, mu):
    """s ← ρ s + (1 − ρ) g², m ← ρ m + (1 − ρ) g, v ← μ v − η g / (√(s − m²) + ε), θ ← θ + v."""
    number = theta.dtype.type
    eta, eps, kept, new, inertia = number(lr), number(epsilon), number(rho), number(1.0 - rho), number(mu)
    zero = number(0.0)
    for i in range(theta.size):
        s = average[i] * kept + gradient[i] * gradient[i] * new
        m = mean[i] * kept + gradient[i] * new
        variance = s - m * m
        variance = zero if variance < zero else variance
        v = velocity[i] * inertia - gradient[i] / (number(math.sqrt(variance)) + eps) * eta
        average[i] = s
        mean[i] = m
        velocity[i] = v
        theta[i] += v


@twin
def amsgrad_update(theta, gradient, velocity, average, greatest, scratch, lr, betas, corrections, epsilon):
    """m and v as in adam_update, u ← max(u, v), θ ← θ − η (m/c₁) / (√(u/c₂) + ε)."""
    number = theta.dtype.type
    kept1, new1 = number(betas[0]), number(1.0 - betas[0])
    kept2, new2 = number(betas[1]), number(1.0 - betas[1])
    root, eps, eta = number(1.0 / math.sqrt(corrections[1])), number(epsilon), number(lr / corrections[0])
    for i in range(theta.size):
        m = velocity[i] * kept1 + gradient[i] * new1
        v = average[i] * kept2 + gradient[i] * gradient[i] * new2
        u = greatest[i] if greatest[i] > v else v
        velocity[i] = m
        average[i] = v
        greatest[i] = u
        theta[i] -= m / (number(math.sqrt(u)) * root + eps) * eta


@twin
def nadam_update(theta, gradient, velocity, average, scratch, spare, lr, betas, shares, correction, epsilon):
    """m and v as in adam_update, θ ← θ − η (a g + b m) / (√(v/c₂) + ε)."""
    number = theta.dtype.type
    kept1, new1 = number(betas[0]), number(1.0 - betas[0])
    kept2, new2 = number(betas[1]), number(1.0 - betas[1])
    root, eps = number(1.0 / math.sqrt(correction)), number(epsilon)
    own, ahead = number(lr * shares[0]), number(lr * shares[1])
    for i in range(theta.size):
        m = velocity[i] * kept1 + gradient[i] * new1
        v = average[i] * kept2 + gradient[i] * gradient[i] * new2
        velocity[i] = m
        average[i] = v
        theta[i] -= (gradient[i] * own + m * ahead) / (number(math.sqrt(v)) * root + eps)


@twin
def lion_update(theta, gradient, velocity, scratch, spare, lr, betas):
    """θ ← θ − η sign(β₁ m + (1 − β₁) g), m ← β₂ m + (1 − β₂) g."""
    number = theta.dtype.type
    kept1, new1 = number(betas[0]), number(1.0 - betas[0])
    kept2, new2 = number(betas[1]), number(1.0 - betas[1])
    eta, zero = number(lr), number(0.0)
    for i in range(theta.size):
        c = velocity[i] * kept1 + gradient[i] * new1
        velocity[i] = velocity[i] * kept2 + gradient[i] * new2
        theta[i] -= eta if c > zero else (-eta if c < zero else c * eta)


@twin
def bound_columns(W, norms, bound):
    """Columns of W longer than c are shortened to it."""
    number = W.dtype.type
    most = number(bound)
    norms[:] = number(0.0)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            norms[j] += W[i, j] * W[i, j]
    longest = number(0.0)
    for j in range(W.shape[1]):
        norms[j] = number(math.sqrt(norms[j]))
        longest = max(longest, norms[j])
    if longest > most:
        for j in range(W.shape[1]):
            norms[j] = most / max(norms[j], most)
        for i in range(W.shape[0]):
            for j in range(W.shape[1]):
                W[i, j] *= norms[j]
