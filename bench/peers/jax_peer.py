"""The jobs of scripts/bench in JAX: jit over everything, vmap or map over draws, scan over layers where that
is faster.

Tried for the gradients of dense nets, on two cores, and taken over for the other dense jobs:

- `lax.map` over draws with `lax.scan` over layers beats `vmap` over draws by a quarter warm (the states of
  one draw stay in the cache). Batches of two or four draws, and a loop over draws in Python, are no faster.
- Unrolled layers, all or two or seven at a time, take up to a second longer to compile. Warm they gain
  nothing beyond the spread of rounds.
- JAX's default generator of random numbers draws fastest of its three.

Not tried: other forms of the convolutional nets, which are unrolled because XLA's CPU runs convolutions in a
loop several times slower.
"""

import functools
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.nn import relu

sys.path.insert(0, str(Path(__file__).parent))
import common  # noqa: E402
from common import BETA, EPSILON, Arrays, Job, Size  # noqa: E402

held = lax.stop_gradient


def centred(a):
    """Mean-centring over the batch, the mean held fixed in the gradient."""
    return a - held(a.mean(axis=0))


def normalized(a, hold=held):
    """Batch normalisation, its statistics passed through hold."""
    axes = tuple(range(a.ndim - 1))
    mean = a.mean(axis=axes)
    variance = jnp.square(a - mean).mean(axis=axes)
    return (a - hold(mean)) / hold(jnp.sqrt(variance + EPSILON))


def draw(key, matrices: int, width: int = common.WIDTH):
    """Draws the weights of a dense net."""
    keys = jax.random.split(key, 3)
    normal = functools.partial(jax.random.normal, dtype=jnp.float32)
    return (
        normal(keys[0], (width,)),
        normal(keys[1], (matrices, width, width)) * (2 / width) ** 0.5,
        normal(keys[2], (width,)) * width**-0.5,
    )


def dense(weights, x, beta):
    """Returns the outputs of a dense net: residual with batch normalisation, or feedforward and centred where
    beta is None.
    """
    bias, matrices, readout = weights
    a = relu(x[:, None] - bias) @ matrices[0]
    if beta is None:
        a, _ = lax.scan(lambda a, w: (relu(centred(a)) @ w, None), a, matrices[1:])
        return relu(centred(a)) @ readout
    a, _ = lax.scan(lambda a, w: (a + beta * (relu(normalized(a)) @ w), None), a, matrices[1:])
    return a @ readout


def dense_gradient(weights, x, beta):
    """Returns the gradient of each output with respect to its input: with statistics held fixed, that of the
    sum of the outputs.
    """
    return jax.grad(lambda x: dense(weights, x, beta).sum())(x)


@functools.partial(jax.jit, static_argnames=("depth", "draws", "feedforward"))
def dense_gradients(key, x, beta, depth: int, draws: int, feedforward: bool):
    matrices = depth - 1 if feedforward else depth
    chosen = None if feedforward else beta
    return lax.map(lambda k: dense_gradient(draw(k, matrices), x, chosen), jax.random.split(key, draws))


def gradients_job(beta: float | None):
    def make(size: Size) -> Job:
        x = size.points()
        return lambda round: {
            "gradients": np.asarray(
                dense_gradients(jax.random.key(round), x, beta or 0.0, size.depth, size.draws, beta is None)
            )
        }

    return make


def drawing_job(size: Size) -> Job:
    drawn = jax.jit(lambda key: lax.map(lambda k: draw(k, size.depth - 1), jax.random.split(key, size.draws)))
    return lambda round: {
        "first": np.asarray(jax.block_until_ready(drawn(jax.random.key(round)))[1][:, 0, 0, 0])
    }


def products_job(size: Size) -> Job:
    """The matrix products of the feedforward gradients and no more, forward and back, each with weights of
    its own.
    """
    weights = (
        np.random.default_rng(0).standard_normal(
            (size.draws, size.depth - 1, common.WIDTH, common.WIDTH), dtype=np.float32
        )
        * 0.07
    )
    weights, start = jax.device_put(weights), jnp.ones((size.inputs or 256, common.WIDTH), jnp.float32)

    def one(matrices):
        a, _ = lax.scan(lambda a, w: (a @ w, None), start, matrices)
        return lax.scan(lambda a, w: (a @ w.T, None), a, matrices, reverse=True)[0][0, 0]

    all_draws = jax.jit(lambda weights: lax.map(one, weights))
    return lambda _: {"corner": np.asarray(all_draws(weights))}


def figure2_job(_: Size) -> Job:
    x = Size().points()

    def job(round: int) -> Arrays:
        return {
            "acf": np.stack(
                [
                    common.mean_acf(
                        np.asarray(
                            dense_gradients(jax.random.key(round), x, beta or 0.0, depth, 20, beta is None)
                        )
                    )
                    for beta in common.FIGURE2_NETS
                    for depth in common.FIGURE2_DEPTHS
                ]
            )
        }

    return job


def figure3_job(size: Size) -> Job:
    x = size.points()

    @functools.partial(jax.jit, static_argnames=("batch_norm",))
    def counts(key, batch_norm: bool):
        norm = normalized if batch_norm else lambda a: a

        def one(k):
            bias, matrices, _ = draw(k, size.depth - 1, common.FIGURE3_WIDTH)
            argument = x[:, None] - bias
            a = relu(argument) @ matrices[0]

            def step(a, w):
                argument = norm(a)
                return relu(argument) @ w, (argument > 0).sum(axis=0)

            a, inner = lax.scan(step, a, matrices[1:])
            return jnp.concatenate([(argument > 0).sum(axis=0)[None], inner, (norm(a) > 0).sum(axis=0)[None]])

        return lax.map(one, jax.random.split(key, common.FIGURE3_DRAWS))

    def job(round: int) -> Arrays:
        both = [common.shares(np.asarray(counts(jax.random.key(round), bn)), len(x)) for bn in (False, True)]
        return {"active": np.stack([b[0] for b in both]), "coactive": np.stack([b[1] for b in both])}

    return job


def convolve(x, kernel, stride: int = 1):
    return lax.conv_general_dilated(
        x, kernel, (stride, stride), ((1, 1), (1, 1)), dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def conv_net(kernels, images, plan, beta: float | None, norm):
    """Returns the last state of a net of images, before its read-out: residual, or feedforward where beta is
    None.
    """
    kernels = iter(kernels)
    a = convolve(images, next(kernels))
    for branch in plan:
        h = a
        for c in branch:
            h = convolve(relu(norm(h)), next(kernels), c.stride)
        if beta is None:
            a = h
            continue
        stride, extra = branch[0].stride, branch[0].outputs - branch[0].inputs
        shortcut = jnp.pad(a[:, ::stride, ::stride], ((0, 0), (0, 0), (0, 0), (0, extra)))
        a = shortcut + beta * h
    return a if beta is not None else relu(norm(a))


def draw_kernels(key, shapes):
    """Draws convolutions after He et al."""
    keys = jax.random.split(key, len(shapes))
    return [jax.random.normal(k, s) * (2 / (s[0] * s[1] * s[2])) ** 0.5 for k, s in zip(keys, shapes)]


def image_gradient(kernels, readout, images, plan, beta):
    def total(images):
        return (conv_net(kernels, images, plan, beta, normalized).mean(axis=(1, 2)) @ readout).sum()

    return jax.grad(total)(images)


def conv_job(beta: float | None):
    def make(size: Size) -> Job:
        images = jax.device_put(size.noise(256)[0])
        plan = common.branches(size.depth, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
        shapes = common.kernel_shapes(size.depth, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
        features = shapes[-1][3]

        @jax.jit
        def gradient(key, images):
            first, second = jax.random.split(key)
            readout = jax.random.normal(second, (features, common.CLASSES)) * features**-0.5
            return image_gradient(draw_kernels(first, shapes), readout, images, plan, beta)

        return lambda round: {"gradient": np.asarray(gradient(jax.random.key(round), images))}

    return make


def path_products(kernels, readout, ends, points: int, plan, beta):
    """Returns the products of the gradients at the points of each path, a batch of its own: pairs x points x
    points.
    """
    t = jnp.linspace(0, 1, points, dtype=ends.dtype)[:, None, None, None]

    def one(pair):
        g = image_gradient(kernels, readout, pair[0] + t * (pair[1] - pair[0]), plan, beta).reshape(
            points, -1
        )
        return g @ g.T

    return jax.vmap(one)(ends)


def path_job(size: Size) -> Job:
    ends, points = jax.device_put(size.ends()), size.inputs or common.PATH_POINTS
    plan = common.branches(size.depth, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
    shapes = common.kernel_shapes(size.depth, common.CONV_WIDTH, common.CONV_RESOLUTIONS)
    features = shapes[-1][3]

    @jax.jit
    def products(key, ends):
        first, second = jax.random.split(key)
        readout = jax.random.normal(second, (features, common.CLASSES)) * features**-0.5
        return path_products(draw_kernels(first, shapes), readout, ends, points, plan, BETA)

    return lambda round: {
        "correlation": common.correlation(np.asarray(products(jax.random.key(round), ends)))
    }


def step_loss(params, images, labels, plan, resnet: bool):
    """Returns the mean cross-entropy of a thin net, whose statistics gradients go through."""
    kernels, readout = params
    norm = functools.partial(normalized, hold=lambda s: s) if resnet else lambda a: a
    a = conv_net(kernels, images, plan, 1.0 if resnet else None, norm)
    logits = a.reshape(len(images), -1) @ readout.reshape(-1, common.CLASSES)
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels.reshape(-1, 1), axis=1).mean()


def adam(params, state, gradients):
    """One step of Adam."""
    count, first, second = state
    count = count + 1
    tree = jax.tree.map
    first = tree(lambda m, g: common.BETA1 * m + (1 - common.BETA1) * g, first, gradients)
    second = tree(lambda v, g: common.BETA2 * v + (1 - common.BETA2) * g * g, second, gradients)
    scale1, scale2 = 1 - common.BETA1**count, 1 - common.BETA2**count
    params = tree(
        lambda p, m, v: p - common.RATE * (m / scale1) / (jnp.sqrt(v / scale2) + common.ADAM_EPSILON),
        params,
        first,
        second,
    )
    return params, (count, first, second)


class Training:
    """A thin net in training."""

    def __init__(self, params, depth: int, resnet: bool):
        plan = common.branches(depth, common.STEP_WIDTH, common.STEP_RESOLUTIONS)

        @functools.partial(jax.jit, donate_argnums=(0, 1))
        def step(params, state, images, labels):
            loss, gradients = jax.value_and_grad(step_loss)(params, images, labels, plan, resnet)
            return *adam(params, state, gradients), loss

        self.compiled = step
        self.params = params
        self.state = (
            jnp.zeros((), jnp.float32),
            jax.tree.map(jnp.zeros_like, params),
            jax.tree.map(jnp.zeros_like, params),
        )

    def step(self, images, labels) -> float:
        """Does one step and returns the loss before it."""
        self.params, self.state, loss = self.compiled(self.params, self.state, images, labels)
        return float(loss)


def step_job(resnet: bool):
    def make(size: Size) -> Job:
        images, labels = size.noise(128)
        shapes = common.kernel_shapes(size.depth, common.STEP_WIDTH, common.STEP_RESOLUTIONS)
        features = shapes[-1][3]

        @jax.jit
        def initial(key):
            first, second = jax.random.split(key)
            readout = jax.random.normal(second, (16, features, common.CLASSES)) * (16 * features) ** -0.5
            return draw_kernels(first, shapes), readout

        training = Training(initial(jax.random.key(0)), size.depth, resnet)
        return lambda _: {"loss": np.array([training.step(images, labels)])}

    return make


def check(case: str, ours: Arrays) -> dict[str, float]:
    """Compares with an archive of `ours check`."""
    beta = None if "feedforward" in case else BETA
    if case in ("feedforward", "residual"):
        weights = jax.device_put((ours["bias"], ours["weights"], ours["readout"]))
        return {
            "gradient": common.distance(
                ours["gradient"], jax.jit(lambda w, x: dense_gradient(w, x, beta))(weights, ours["x"])
            )
        }
    kernels = [
        jnp.asarray(ours[f"kernel_{i}"]) for i in range(sum(name.startswith("kernel_") for name in ours))
    ]
    if case.startswith("conv-"):
        plan = common.branches(len(kernels), common.CONV_WIDTH, common.CONV_RESOLUTIONS)
        theirs = jax.jit(lambda k, r, x: image_gradient(k, r, x, plan, beta))(
            kernels, ours["readout"], ours["images"]
        )
        return {"gradient": common.distance(ours["gradient"], theirs)}
    if case == "path":
        plan = common.branches(len(kernels), common.CONV_WIDTH, common.CONV_RESOLUTIONS)
        points = len(ours["correlation"])
        products = jax.jit(lambda k, r, ends: path_products(k, r, ends, points, plan, BETA))(
            kernels, ours["readout"], ours["ends"]
        )
        return {"correlation": common.distance(ours["correlation"], common.correlation(np.asarray(products)))}
    resnet = case == "step-resnet"
    params = (kernels, jnp.asarray(ours["readout"]))
    plan = common.branches(len(kernels), common.STEP_WIDTH, common.STEP_RESOLUTIONS)
    loss, gradients = jax.jit(
        lambda p, x, y: jax.value_and_grad(step_loss)(p, x, y, plan, resnet)
    )(params, ours["images"], ours["labels"])
    theirs = np.concatenate([np.ravel(g) for g in [*gradients[0], gradients[1]]])
    mine = np.concatenate([np.ravel(ours[f"gradient_{i}"]) for i in range(len(kernels) + 1)])
    distances = {
        "loss": common.distance(ours["loss"], np.asarray(loss)),
        "gradient": common.distance(mine, theirs),
    }
    if "losses" in ours:
        training = Training(params, len(kernels), resnet)
        losses = [training.step(ours["images"], ours["labels"]) for _ in ours["losses"]]
        distances["losses of the first steps"] = common.distance(ours["losses"], np.array(losses))
    return distances


def threads() -> int:
    """Returns how many threads XLA computes with, by their names; 0 where the system does not tell."""
    jnp.zeros(1).block_until_ready()  # starts them
    return sum(name.read_text() == "tf_XLAEigen\n" for name in Path("/proc/self/task").glob("*/comm"))


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
    if "check" in sys.argv[1:2]:
        jax.config.update("jax_enable_x64", True)  # what is given in float32 stays so
    common.main(JOBS, check, lambda: f"JAX {jax.__version__}", threads, jax.clear_caches)
