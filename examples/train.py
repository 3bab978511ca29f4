# SPDX-License-Identifier: Apache-2.0
"""Trains a small CNN on the pictures of a written release, tests it once, and compares it with people and with chance.

usage: train.py FOLDER [EPOCHS]      Needs PyTorch and torchvision (Debian: python3-torch, python3-torchvision).
"""
import copy
import random
import sys

import torch
from torch import nn
from torchvision import io, transforms

from release_reader import auc, read, target

look = transforms.Compose([transforms.Resize(64), transforms.CenterCrop(64), transforms.ConvertImageDtype(torch.float32)])


def pictures(samples):
    raw = (torch.frombuffer(bytearray(one.load()), dtype=torch.uint8) for one in samples)
    return torch.stack([look(io.decode_image(one, io.ImageReadMode.RGB)) for one in raw]) - 0.5


def detector():
    layers = [(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)) for a, b in [(3, 16), (16, 32), (32, 64)]]
    return nn.Sequential(*sum(layers, ()), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1))


def scores(model, x):
    model.eval()
    with torch.no_grad():
        return torch.cat([model(some) for some in x.split(64)]).flatten().tolist()


def test_scores(x, targets, epochs):
    """Learns from train by soft labels, keeps the epoch that is best on validation, looks at test once."""
    torch.manual_seed(1)
    model, loss, best = detector(), nn.BCEWithLogitsLoss(), (-1.0, None)
    steps = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(epochs):
        model.train()
        for some in torch.randperm(len(x["train"])).split(32):
            steps.zero_grad()
            loss(model(x["train"][some]).flatten(), torch.tensor(targets["train"])[some]).backward()
            steps.step()
        found = auc(scores(model, x["validation"]), [one >= 0.5 for one in targets["validation"]]) or 0.0
        best = max(best, (found, copy.deepcopy(model.state_dict())), key=lambda one: one[0])
    model.load_state_dict(best[1])
    return scores(model, x["test"])


samples, epochs = read(sys.argv[1]), int((sys.argv + [12])[2])
splits = {name: [one for one in samples if one.split == name] for name in ("train", "validation", "test")}
x, targets = ({name: of(some) for name, some in splits.items()} for of in (pictures, lambda some: [target(one) for one in some]))
shuffled = {name: random.Random(1).sample(some, len(some)) for name, some in targets.items()}
fakes, judged = [one.fake for one in splits["test"]], [one for one in splits["test"] if one.truth and one.p_fake is not None]
print("test AUC, detector       ", auc(test_scores(x, targets, epochs), fakes))
print("test AUC, shuffled labels", auc(test_scores(x, shuffled, epochs), fakes))
print("test AUC, people on truth", auc([one.p_fake for one in judged], [one.truth == "fake" for one in judged]))
