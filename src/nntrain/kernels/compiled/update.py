"""Optimizer updates: one pass over the flat vector instead of one for each operation."""

from __future__ import annotations

import math

from nntrain.kernels.compiled.twin import twin


@twin
def sgd_update(theta, gradient, scratch, lr):
    """θ ← θ − η g."""
    number = theta.dtype.type
    eta = number(lr)
    for i in range(theta.size):
        theta[i] -= gradient[i] * eta


@twin
def momentum_update(theta, gradient, velocity, scratch, lr, mu):
    """v ← μ v − η g, θ ← θ + v."""
    number = theta.dtype.type
    eta, inertia = number(lr), number(mu)
    for i in range(theta.size):
        velocity[i] = velocity[i] * inertia - gradient[i] * eta
        theta[i] += velocity[i]


@twin
def nesterov_update(theta, gradient, velocity, scratch, lr, mu):
    """v ← μ v − η g, θ ← θ + μ v − η g."""
    number = theta.dtype.type
    eta, inertia = number(lr), number(mu)
    for i in range(theta.size):
        pull = gradient[i] * eta
        velocity[i] = velocity[i] * inertia - pull
        theta[i] = theta[i] - pull + velocity[i] * inertia


@twin
def adagrad_update(theta, gradient, total, scratch, lr, epsilon):
    """s ← s + g², θ ← θ − η g / (√s + ε)."""
    number = theta.dtype.type
    eta, eps = number(lr), number(epsilon)
    for i in range(theta.size):
        total[i] += gradient[i] * gradient[i]
        theta[i] -= gradient[i] / (number(math.sqrt(total[i])) + eps) * eta


@twin
def rmsprop_update(theta, gradient, average, scratch, lr, rho, epsilon):
    """s ← ρ s + (1 − ρ) g², θ ← θ − η g / (√s + ε)."""
    number = theta.dtype.type
    eta, eps, kept, new = number(lr), number(epsilon), number(rho), number(1.0 - rho)
    for i in range(theta.size):
        average[i] = average[i] * kept + gradient[i] * gradient[i] * new
        theta[i] -= gradient[i] / (number(math.sqrt(average[i])) + eps) * eta


@twin
def adam_update(theta, gradient, velocity, average, scratch, lr, betas, corrections, epsilon):
    """m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − η (m/c₁) / (√(v/c₂) + ε)."""
    number = theta.dtype.type
    kept1, new1 = number(betas[0]), number(1.0 - betas[0])
    kept2, new2 = number(betas[1]), number(1.0 - betas[1])
    root, eps, eta = number(1.0 / math.sqrt(corrections[1])), number(epsilon), number(lr / corrections[0])
    for i in range(theta.size):
        m = velocity[i] * kept1 + gradient[i] * new1
        v = average[i] * kept2 + gradient[i] * gradient[i] * new2
        velocity[i] = m
        average[i] = v
        theta[i] -= m / (number(math.sqrt(v)) * root + eps) * eta


@twin
def add_penalties(weights, gradient, scratch, l1, l2):
    """g ← g + λ₂ w + λ₁ sign w."""
    number = weights.dtype.type
    pull, push, zero = number(l2), number(l1), number(0.0)
    for i in range(weights.size):
        w = weights[i]
        sign = push if w > zero else (-push if w < zero else w * push)
        gradient[i] += w * pull
        gradient[i] += sign
