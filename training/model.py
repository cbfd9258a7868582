"""The two towers. Both end in the same 256-dimensional space; vectors leave them unnormalised."""

import torch
from torch import nn

IMAGE_SIZE = 96
DIM = 256
MAX_TOKENS = 64


def conv(inputs, outputs, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = conv(width, width)

    def forward(self, x):
        return x + self.body(x)


class VisionTower(nn.Module):
    """pixel_values float [batch, 3, 96, 96] → image_embeds [batch, 256]; about 22 million multiplications.

    Dense convolutions: on a CPU they run faster than depthwise ones of the same count.
    """

    def __init__(self):
        super().__init__()
        self.fine = nn.Sequential(
            conv(3, 16, 2), conv(16, 32, 2), conv(32, 64, 2), Residual(64), conv(64, 128, 2), Residual(128)
        )
        self.coarse = conv(128, 256, 2)
        self.project = nn.Linear(128 + 256, DIM)

    def forward(self, pixel_values):
        fine = self.fine(pixel_values)
        coarse = self.coarse(fine)
        return self.project(torch.cat([fine.mean((2, 3)), coarse.mean((2, 3))], 1))


class TextTower(nn.Module):
    """input_ids, attention_mask int64 [batch, seq] → text_embeds [batch, 256].

    A mean of token vectors, weighted by how much each token says, then a residual MLP.
    """

    def __init__(self, vocabulary, width=192):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.weights = nn.Embedding(vocabulary, 1)
        self.enter = nn.Linear(width, DIM)
        self.mlp = nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, 512), nn.GELU(), nn.Dropout(0.1), nn.Linear(512, DIM))
        nn.init.normal_(self.tokens.weight, std=0.5)
        nn.init.zeros_(self.weights.weight)

    def forward(self, input_ids, attention_mask):
        hidden = (attention_mask == 0).unsqueeze(-1)
        weight = self.weights(input_ids).masked_fill(hidden, -1e4).softmax(1)
        mean = self.enter((self.tokens(input_ids) * weight).sum(1))
        return mean + self.mlp(mean)


class DualEncoder(nn.Module):
    """Both towers, the temperature of the contrastive loss and the head of the distillation."""

    def __init__(self, vocabulary):
        super().__init__()
        self.vision = VisionTower()
        self.text = TextTower(vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(2.7))
        self.teacher_head = nn.Linear(DIM, DIM)
