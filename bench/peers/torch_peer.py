"""The jobs of scripts/bench in PyTorch, eager, on all threads.

Tried for the gradients of dense nets, on two cores: batched products over all draws beat a loop over draws by
an eighth, and the product with the inverse root of the variance a division by its root by a tenth. Not tried:
convolutions with channels last (they are PyTorch's default, channels first), and Adam in another than its
fused form.
"""

import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).parent))
import common  # noqa: E402
from common import BETA, EPSILON, Arrays, Job, Size  # noqa: E402


def centred(a: torch.Tensor) -> torch.Tensor:
    """Mean-centring over the batch, the last axis but one, the mean held fixed in the gradient."""
    return a - a.detach().mean(-2, keepdim=True)


def normalized(a: torch.Tensor) -> torch.Tensor:
    """Batch normalisation over the last axis but one, its statistics held fixed in the gradient."""
    variance, mean = torch.var_mean(a.detach(), -2, correction=0, keepdim=True)
    return (a - mean) * torch.rsqrt(variance + EPSILON)


def draw(round: int, draws: int, matrices: int, width: int = common.WIDTH):
    """Draws the weights of dense nets, all draws of a layer together."""
    generator = torch.Generator().manual_seed(round)
    normal = lambda *shape: torch.randn(*shape, generator=generator)  # noqa: E731
    return (
        normal(draws, 1, width),
        normal(matrices, draws, width, width).mul_((2 / width) ** 0.5),
        normal(draws, width, 1).mul_(width**-0.5),
    )


def dense(weights, x: torch.Tensor, beta: float | None) -> torch.Tensor:
    """Returns the outputs of dense nets, [draws, inputs, 1]: residual with batch normalisation, or
    feedforward and centred where beta is None.
    """
    bias, matrices, readout = weights
    a = torch.bmm(torch.relu(x - bias), matrices[0])
    for w in matrices[1:]:
        if beta is None:
            a = torch.bmm(torch.relu(centred(a)), w)
        else:
            a = torch.baddbmm(a, torch.relu(normalized(a)), w, alpha=beta)
    return torch.bmm(torch.relu(centred(a)) if beta is None else a, readout)


def dense_gradients(weights, x: np.ndarray, beta: float | None) -> np.ndarray:
    """Returns the gradients of the outputs with respect to their inputs, draws x inputs."""
    inputs = torch.from_numpy(x).repeat(len(weights[0]), 1)[:, :, None].requires_grad_()
    (gradient,) = torch.autograd.grad(dense(weights, inputs, beta).sum(), inputs)
    return gradient[:, :, 0].numpy()


def gradients_job(beta: float | None):
    def make(size: Size) -> Job:
        matrices = size.depth - (beta is None)
        return lambda round: {
            "gradients": dense_gradients(draw(round, size.draws, matrices), size.points(), beta)
        }

    return make


def drawing_job(size: Size) -> Job:
    return lambda round: {"first": draw(round, size.draws, size.depth - 1)[1][0, :, 0, 0].numpy()}


def products_job(size: Size) -> Job:
    """The matrix products of the feedforward gradients and no more, forward and back, each with weights of
    its own.
    """
    _, matrices, _ = draw(0, size.draws, size.depth - 1)
    start = torch.ones(size.draws, size.inputs or 256, common.WIDTH)

    def job(_: int) -> Arrays:
        a = start
        for w in matrices:
            a = torch.bmm(a, w)
        for w in reversed(matrices.unbind()):
            a = torch.bmm(a, w.mT)
        return {"corner": a[:, 0, 0].numpy()}

    return job


def figure2_job(_: Size) -> Job:
    def job(round: int) -> Arrays:
        return {
            "acf": np.stack(
                [
                    common.mean_acf(
                        dense_gradients(draw(round, 20, depth - (beta is None)), Size().points(), beta)
                    )
                    for beta in common.FIGURE2_NETS
                    for depth in common.FIGURE2_DEPTHS
                ]
            )
        }

    return job


@torch.no_grad()
def counts(weights, x: torch.Tensor, batch_norm: bool) -> torch.Tensor:
    """Returns at how many inputs each unit is active, draws x layers x units."""
    bias, matrices, _ = weights
    argument = x[None, :, None] - bias
    seen = [(argument > 0).sum(dim=1)]
    for w in matrices:
        argument = torch.bmm(torch.relu(argument), w)
        if batch_norm:
            argument = normalized(argument)
        seen.append((argument > 0).sum(dim=1))
    return torch.stack(seen, dim=1)


def figure3_job(size: Size) -> Job:
    x = torch.from_numpy(size.points())

    def job(round: int) -> Arrays:
        both = []
        for batch_norm in (False, True):
            weights = draw(round, common.FIGURE3_DRAWS, size.depth - 1, common.FIGURE3_WIDTH)
            both.append(common.shares(counts(weights, x, batch_norm).numpy(), len(x)))
        return {"active": np.stack([b[0] for b in both]), "coactive": np.stack([b[1] for b in both])}

    return job


def held(a: torch.Tensor) -> torch.Tensor:
    """Batch normalisation of images, statistics held fixed in the gradient."""
    variance, mean = torch.var_mean(a.detach(), (0, 2, 3), correction=0)
    return F.batch_norm(a, mean, variance, training=False, eps=EPSILON)


def coupled(a: torch.Tensor) -> torch.Tensor:
    """Batch normalisation of images, as training has it."""
    return F.batch_norm(a, None, None, training=True, eps=EPSILON)


def conv_net(kernels, images: torch.Tensor, plan, beta: float | None, norm) -> torch.Tensor:
    """Returns the last state of a net of images, before its read-out: residual, or feedforward where beta is
    None.
    """
    kernels = iter(kernels)
    a = F.conv2d(images, next(kernels), padding=1)
    for branch in plan:
        h = a
        for c in branch:
            h = F.conv2d(torch.relu(norm(h)), next(kernels), stride=c.stride, padding=1)
        if beta is None:
            a = h
            continue
        stride, extra = branch[0].stride, branch[0].outputs - branch[0].inputs
        shortcut = F.pad(a[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, extra)) if extra else a
        a = torch.add(shortcut, h, alpha=beta)
    return a if beta is not None else torch.relu(norm(a))


def draw_kernels(generator: torch.Generator, shapes) -> list[torch.Tensor]:
    """Draws convolutions after He et al., outputs x inputs x height x width."""
    return [
        torch.randn(o, i, h, w, generator=generator).mul_((2 / (h * w * i)) ** 0.5) for h, w, i, o in shapes
    ]


def image_gradient(
    kernels, readout: torch.Tensor, images: torch.Tensor, plan, beta: float | None
) -> torch.Tensor:
    inputs = images.detach().requires_grad_()
    total = (conv_net(kernels, inputs, plan, beta, held).mean((2, 3)) @ readout).sum()
    return torch.autograd.grad(total, inputs)[0]


def conv_job(beta: float | None):
    def make(size: Size) -> Job:
        images = channels_first(size.noise(256)[0])
        plan = common.branches(size.depth, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
        shapes = common.kernel_shapes(size.depth, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
        features = shapes[-1][3]

        def job(round: int) -> Arrays:
            generator = torch.Generator().manual_seed(round)
            kernels = draw_kernels(generator, shapes)
            readout = torch.randn(features, common.CLASSES, generator=generator) * features**-0.5
            return {"gradient": image_gradient(kernels, readout, images, plan, beta).numpy()}

        return job

    return make


def path_products(
    kernels, readout: torch.Tensor, ends: torch.Tensor, points: int, plan, beta: float
) -> np.ndarray:
    """Returns the products of the gradients at the points of each path, a batch of its own: pairs x points x
    points.
    """
    t = torch.linspace(0, 1, points, dtype=ends.dtype)[:, None, None, None]
    gradient = torch.func.grad(
        lambda images: (conv_net(kernels, images, plan, beta, held).mean((2, 3)) @ readout).sum()
    )

    def one(pair: torch.Tensor) -> torch.Tensor:
        g = gradient(pair[0] + t * (pair[1] - pair[0])).flatten(1)
        return g @ g.T

    return torch.func.vmap(one)(ends).numpy()


def pairs_first(ends: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(ends).permute(0, 1, 4, 2, 3).contiguous()


def path_job(size: Size) -> Job:
    ends, points = pairs_first(size.ends()), size.inputs or common.PATH_POINTS
    plan = common.branches(size.depth, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
    shapes = common.kernel_shapes(size.depth, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
    features = shapes[-1][3]

    def job(round: int) -> Arrays:
        generator = torch.Generator().manual_seed(round)
        kernels = draw_kernels(generator, shapes)
        readout = torch.randn(features, common.CLASSES, generator=generator) * features**-0.5
        return {"correlation": common.correlation(path_products(kernels, readout, ends, points, plan, BETA))}

    return job


def channels_first(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()


class Training:
    """A thin net in training. Its read-out is [features x positions, classes], as channels first have it."""

    def __init__(self, kernels, readout: torch.Tensor, resnet: bool):
        self.plan = common.branches(len(kernels), common.STEP_WIDTH, common.STEP_RESOLUTIONS)
        self.params = [p.clone().requires_grad_() for p in [*kernels, readout]]
        self.resnet = resnet
        self.optimizer = torch.optim.Adam(
            self.params,
            lr=common.RATE,
            betas=(common.BETA1, common.BETA2),
            eps=common.ADAM_EPSILON,
            fused=True,
        )

    def loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        norm = coupled if self.resnet else lambda a: a
        a = conv_net(self.params[:-1], images, self.plan, 1.0 if self.resnet else None, norm)
        return F.cross_entropy(a.flatten(1) @ self.params[-1], labels)

    def step(self, images: torch.Tensor, labels: torch.Tensor) -> float:
        """Does one step and returns the loss before it."""
        loss = self.loss(images, labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def step_job(resnet: bool):
    def make(size: Size) -> Job:
        images, labels = size.noise(128)
        shapes = common.kernel_shapes(size.depth, common.STEP_WIDTH, common.STEP_RESOLUTIONS)
        inputs = 16 * shapes[-1][3]
        generator = torch.Generator().manual_seed(0)
        readout = torch.randn(inputs, common.CLASSES, generator=generator) * inputs**-0.5
        training = Training(draw_kernels(generator, shapes), readout, resnet)
        batch, targets = channels_first(images), torch.from_numpy(labels).long()
        return lambda _: {"loss": np.array([training.step(batch, targets)])}

    return make


def check(case: str, ours: Arrays) -> dict[str, float]:
    """Compares with an archive of `ours check`."""
    beta = None if "feedforward" in case else BETA
    if case in ("feedforward", "residual"):
        tensor = lambda name: torch.from_numpy(ours[name])  # noqa: E731
        weights = (tensor("bias")[None, None], tensor("weights")[:, None], tensor("readout")[None, :, None])
        return {"gradient": common.distance(ours["gradient"], dense_gradients(weights, ours["x"], beta)[0])}
    count = sum(name.startswith("kernel_") for name in ours)
    kernels = [torch.from_numpy(ours[f"kernel_{i}"]).permute(3, 2, 0, 1).contiguous() for i in range(count)]
    if case == "path":
        plan = common.branches(count, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
        readout, points = torch.from_numpy(ours["readout"]), len(ours["correlation"])
        products = path_products(kernels, readout, pairs_first(ours["ends"]), points, plan, BETA)
        return {"correlation": common.distance(ours["correlation"], common.correlation(products))}
    images = channels_first(ours["images"])
    if case.startswith("conv-"):
        plan = common.branches(count, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
        gradient = image_gradient(kernels, torch.from_numpy(ours["readout"]), images, plan, beta)
        return {"gradient": common.distance(ours["gradient"], gradient.permute(0, 2, 3, 1).numpy())}
    flat = torch.from_numpy(ours["readout"]).permute(1, 0, 2).reshape(-1, common.CLASSES)
    labels = torch.from_numpy(ours["labels"]).flatten().long()
    training = Training(kernels, flat, case == "step-resnet")
    loss = training.loss(images, labels)
    gradients = torch.autograd.grad(loss, training.params)
    theirs = [g.permute(2, 3, 1, 0).numpy().ravel() for g in gradients[:-1]]
    theirs.append(gradients[-1].view(-1, 16, common.CLASSES).permute(1, 0, 2).numpy().ravel())
    mine = np.concatenate([np.ravel(ours[f"gradient_{i}"]) for i in range(count + 1)])
    distances = {
        "loss": common.distance(ours["loss"], loss.detach().numpy()),
        "gradient": common.distance(mine, np.concatenate(theirs)),
    }
    if "losses" in ours:
        losses = [training.step(images, labels) for _ in ours["losses"]]
        distances["losses of the first steps"] = common.distance(ours["losses"], np.array(losses))
    return distances


JOBS = {
    "feedforward": gradients_job(None),
    "residual": gradients_job(BETA),
    "drawing": drawing_job,
    "products": products_job,
    "figure2": figure2_job,
    "figure3": figure3_job,
    "conv-feedforward": conv_job(None),
    "conv-residual": conv_job(BETA),
    "path": path_job,
    "step-relu": step_job(False),
    "step-resnet": step_job(True),
}

if __name__ == "__main__":
    common.main(
        JOBS,
        check,
        lambda: f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}",
        torch.get_num_threads,
    )
