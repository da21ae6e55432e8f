# The lab in a container: JupyterLab on the notebooks, with the Go kernel ready (docs/container.md).
#
#   docker build --tag shattered .
#   docker run --rm --init --publish 127.0.0.1:8888:8888 shattered
#
# The base image is pinned by its tag, which follows Go's security releases. To pin what you built from, put the digest that
# `docker buildx imagetools inspect golang:1.26-bookworm` prints behind it: golang:1.26-bookworm@sha256:...

# base has what scripts/setup needs: Go, git and a C compiler come with the image, Python from Debian.
FROM golang:1.26-bookworm AS base

# Debian's release pins Python; its point releases are security fixes.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --uid 1000 --create-home --shell /bin/bash lab
USER 1000

# lab has the project in it, set up: nothing is downloaded or compiled anew when it starts.
FROM base AS lab

# The folder for results is made here so that a volume mounted on it belongs to the user.
RUN mkdir --parents /home/lab/shattered/results
WORKDIR /home/lab/shattered
COPY --chown=1000:1000 . .
RUN scripts/setup

# Inside the container JupyterLab listens on all addresses, and asks for the token in the address that it prints; which addresses of the
# machine lead to it is up to --publish.
EXPOSE 8888
CMD ["scripts/lab", "--no-browser", "--ip=0.0.0.0", "--port=8888"]
