# Two stages: one builds, the other is shipped, with no compiler, no development package and no root in it.
#
#   docker build -t pop-sla .
#   docker run -d --name pop-sla -p 127.0.0.1:9720:9720 -v pop-sla-data:/data \
#     -v "$PWD/pop-sla.yaml:/etc/pop-sla/pop-sla.yaml:ro" pop-sla
#   docker run --rm pop-sla doctor
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
# Only net-ping's raw sockets are compiled; without a compiler everything but `driver: net-ping` works.
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY .node .node
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY probes probes
COPY src src
RUN npm run build && npm prune --omit=dev \
 && node .node/shipped.mjs dist && node .node/prune.mjs

FROM ${NODE_IMAGE}
# The one privilege it needs, raw ICMP sockets, lies on node's file, so that the user `node` has it and nothing more.
# A container without NET_RAW in its bounding set (`--cap-drop ALL`) can't start this file at all: add it again with
# `--cap-add NET_RAW`. With `no-new-privileges` the kernel passes over what lies on files.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libcap2-bin \
 && setcap cap_net_raw+ep /usr/local/bin/node \
 && apt-get purge -y --auto-remove libcap2-bin \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node -m 0750 /data
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY config config
COPY dashboards dashboards
# The shipped configuration, but for two things: it listens where the container's port is published from, and it
# keeps its data in the volume.
COPY config/container.yaml /etc/pop-sla/pop-sla.yaml

ENV NODE_ENV=production POP_SLA_CONFIG=/etc/pop-sla/pop-sla.yaml
USER node
VOLUME /data
EXPOSE 9720
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9720/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/main.js"]
CMD ["run"]
