"""The two towers. Both end in the same 256-dimensional space; vectors leave them unnormalised."""

import torch
from torch import nn

IMAGE_SIZE = 112
DIM = 256
MAX_TOKENS = 64
TOKEN_WIDTH = 128
POOLED = 96 + 192 + 256
SHALLOW, DEEP = (2, 2, 0), (3, 4, 2)


def conv(inputs, outputs, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """Starts near the identity (Goyal et al. 2017), so that a network may grow by it in the middle of its training."""

    def __init__(self, width):
        super().__init__()
        self.body = conv(width, width)
        nn.init.constant_(self.body[1].weight, 0.2)

    def forward(self, x):
        return x + self.body(x)


def stage(inputs, outputs, blocks):
    return nn.Sequential(conv(inputs, outputs, 2), *[Residual(outputs) for _ in range(blocks)])


class VisionTower(nn.Module):
    """pixel_values float [batch, 3, 112, 112] → image_embeds [batch, 256]; about 166 million multiplications when deep.

    Dense convolutions: on a CPU they run faster than depthwise ones of the same count.
    depth: residual blocks at 14, 7 and 4 pixels a side.
    """

    def __init__(self, depth):
        super().__init__()
        self.fine = nn.Sequential(conv(3, 24, 2), conv(24, 48, 2), *stage(48, 96, depth[0]))
        self.coarse = stage(96, 192, depth[1])
        self.top = stage(192, 256, depth[2])
        self.project = nn.Linear(POOLED, DIM)
        self.refine = nn.Sequential(
            nn.BatchNorm1d(POOLED), nn.Dropout(0.1), nn.Linear(POOLED, 1024), nn.GELU(), nn.Dropout(0.2), nn.Linear(1024, DIM)
        )
        nn.init.zeros_(self.refine[-1].weight)

    def look(self, pixel_values):
        """What the photo shows on three scales: float [batch, POOLED]."""
        fine = self.fine(pixel_values)
        coarse = self.coarse(fine)
        top = self.top(coarse)
        return torch.cat([fine.mean((2, 3)), coarse.mean((2, 3)), top.mean((2, 3))], 1).float()

    def place(self, pooled):
        """Where that lies among the texts: float [batch, DIM]."""
        return self.project(pooled) + self.refine(pooled)

    def forward(self, pixel_values):
        return self.place(self.look(pixel_values))


class TextTower(nn.Module):
    """input_ids, attention_mask int64 [batch, seq] → text_embeds [batch, 256].

    A mean of token vectors, weighted by how much each token says, then a residual MLP.
    """

    def __init__(self, vocabulary):
        super().__init__()
        self.vocabulary = vocabulary
        self.tokens = nn.Embedding(vocabulary, TOKEN_WIDTH)
        self.weights = nn.Embedding(vocabulary, 1)
        self.enter = nn.Linear(TOKEN_WIDTH, DIM)
        self.mlp = nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, 768), nn.GELU(), nn.Dropout(0.1), nn.Linear(768, DIM))
        nn.init.normal_(self.tokens.weight, std=0.5)
        nn.init.zeros_(self.weights.weight)

    def forward(self, input_ids, attention_mask):
        hidden = (attention_mask == 0).unsqueeze(-1)
        weight = self.weights(input_ids).masked_fill(hidden, -1e4).softmax(1)
        mean = self.enter((self.tokens(input_ids) * weight).sum(1))
        return mean + self.mlp(mean)


class DualEncoder(nn.Module):
    """Both towers, the temperatures of the contrastive losses and the heads of the distillation."""

    def __init__(self, vocabulary, depth=DEEP):
        super().__init__()
        self.vision = VisionTower(depth)
        self.text = TextTower(vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(2.7))
        self.teacher_head = nn.Linear(POOLED, DIM)
        self.sentence_head = nn.Linear(DIM, 384)
