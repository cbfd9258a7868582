"""Augmentation on batches of photos: what a phone, a hand and a room do to a product's picture."""

import math

import torch
import torch.nn.functional as F

from model import IMAGE_SIZE


def uniform(n, low, high):
    return torch.empty(n).uniform_(low, high)


def homography(n, strength):
    """Random crops, stretches, rotations, flips and perspective: [n, 3, 3] from output to input coordinates."""
    # A catalogue photo stands as the camera made it; the gentle rows stay near that.
    zoom = torch.where(strength > 0, uniform(n, 0.62, 1.10), uniform(n, 0.84, 1.06))
    stretch = torch.exp(uniform(n, -0.12, 0.12))
    angle = uniform(n, -1, 1) * strength * math.radians(18)
    flip = torch.randint(0, 2, (n,)).float() * 2 - 1
    reach = (1.02 - zoom).clamp(min=0.06)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    h = torch.zeros(n, 3, 3)
    h[:, 0, 0], h[:, 0, 1], h[:, 0, 2] = flip * cos * stretch, -sin * stretch, reach * uniform(n, -1, 1)
    h[:, 1, 0], h[:, 1, 1], h[:, 1, 2] = flip * sin / stretch, cos / stretch, reach * uniform(n, -1, 1)
    h[:, 2, 0], h[:, 2, 1], h[:, 2, 2] = uniform(n, -0.12, 0.12) * strength, uniform(n, -0.12, 0.12) * strength, 1
    return h


def warp(ink, h, size):
    n = len(ink)
    line = (torch.arange(size) * 2 + 1) / size - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    points = torch.stack([x.flatten(), y.flatten(), torch.ones(size * size)])
    mapped = h @ points
    grid = (mapped[:, :2] / mapped[:, 2:].clamp(min=0.3)).transpose(1, 2).view(n, size, size, 2)
    return F.grid_sample(ink, grid, align_corners=False)


def grounds(n, size):
    """Backgrounds: smooth colour fields, some with a texture. float [n, 3, size, size]."""
    cells = torch.rand(n, 3, 3, 3)
    calm = torch.rand(n, 1, 1, 1) < 0.6
    mean = torch.rand(n, 1, 1, 1) * 0.8 + 0.1 + (torch.rand(n, 3, 1, 1) - 0.5) * 0.3
    cells = torch.where(calm, mean + (cells - 0.5) * 0.12, cells)
    field = F.interpolate(cells, size=(size, size), mode="bilinear", align_corners=True)
    coarse = F.interpolate(torch.randn(n, 1, size // 4, size // 4), size=(size, size), mode="bilinear")
    return (field + coarse * torch.rand(n, 1, 1, 1) * 0.10).clamp(0, 1)


def replace_background(pixels, chosen):
    """Where a photo stands on white, another ground (for the rows in `chosen`)."""
    rows = chosen.nonzero().flatten()
    if len(rows) == 0:
        return pixels
    some = pixels[rows]
    white = ((some.amin(1, keepdim=True) - 0.93) / 0.05).clamp(0, 1)
    # Pale parts inside a product stay: only what is white in its whole neighbourhood is ground.
    white = -F.max_pool2d(-white, 3, 1, 1)
    white = F.avg_pool2d(F.max_pool2d(white, 3, 1, 1), 3, 1, 1)
    pixels = pixels.clone()
    pixels[rows] = some * (1 - white) + grounds(len(rows), some.shape[-1]) * white
    return pixels


def augment(images, on_white, strong=0.5):
    """uint8 [B, S, S, 3], bool [B] → normalised float [B, 3, IMAGE_SIZE, IMAGE_SIZE]."""
    n = len(images)
    # Ink instead of light: then the zeros that grid_sample puts outside the picture are white paper.
    ink = images.permute(0, 3, 1, 2).contiguous().float().mul_(-1 / 255).add_(1)
    strength = (torch.rand(n) < strong).float() * uniform(n, 0.3, 1)
    pixels = warp(ink, homography(n, strength), IMAGE_SIZE).neg_().add_(1)
    pixels = replace_background(pixels, on_white & (torch.rand(n) < 0.35))
    # Light: brightness and contrast freely, the balance of colours little, so that a colour word stays true.
    gain = uniform(n, 0.75, 1.15)[:, None, None, None] * torch.empty(n, 3, 1, 1).uniform_(0.95, 1.05)
    contrast = uniform(n, 0.8, 1.15)[:, None, None, None]
    pixels.mul_(gain * contrast).add_(0.5 - 0.5 * contrast)
    # A phone's blur: half of the strong ones pass through a smaller picture.
    blurred = (strength > 0) & (torch.rand(n) < 0.4)
    if blurred.any():
        small = F.interpolate(pixels[blurred], scale_factor=float(uniform(1, 0.4, 0.8)), mode="bilinear", antialias=True)
        pixels[blurred] = F.interpolate(small, size=(IMAGE_SIZE, IMAGE_SIZE), mode="bilinear")
    rows = (strength > 0).nonzero().flatten()
    pixels[rows] += 0.02 * torch.randn(1, *pixels.shape[1:]) * uniform(len(rows), 0, 1.5)[:, None, None, None]
    pixels.clamp_(0, 1).mul_(2).sub_(1)
    return pixels.contiguous(memory_format=torch.channels_last)
