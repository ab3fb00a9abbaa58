"""Prints the seconds of a training step of two processes of PyTorch's DistributedDataParallel
with gloo, one thread each: python ddp.py 784-512-256-10 128 1"""
import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

SAMPLES = 4096


def work(rank, widths, batch, seconds):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29517")
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=2)
    torch.manual_seed(1)
    layers = []
    for i, o in zip(widths, widths[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    model = nn.parallel.DistributedDataParallel(nn.Sequential(*layers[:-1]))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    x, t = torch.rand(SAMPLES, widths[0]), torch.randint(widths[-1], (SAMPLES,))
    half, at = batch // 2, 0

    def steps(count):
        nonlocal at
        start = time.perf_counter()
        for _ in range(count):
            lo = at + rank * half
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(x[lo : lo + half]), t[lo : lo + half]).backward()
            optimizer.step()
            at = (at + batch) % SAMPLES
        return (time.perf_counter() - start) / count

    block = max(1, int(2e9 * seconds / 20 / (widths[0] * widths[1] * batch)))
    steps(block)
    least = min(steps(block) for _ in range(20))
    if rank == 0:
        print(least)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    widths = [int(w) for w in sys.argv[1].split("-")]
    mp.spawn(work, (widths, int(sys.argv[2]), float(sys.argv[3])), nprocs=2)
