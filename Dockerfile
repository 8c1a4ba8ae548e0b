# The operator as one bundled file on distroless Node: no shell, no package manager, not root.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY tools tools
COPY src src
RUN node tools/build.ts

FROM gcr.io/distroless/nodejs24-debian12:nonroot
COPY --from=build /src/dist/lgtm-operator.mjs /app/lgtm-operator.mjs
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps", "/app/lgtm-operator.mjs"]
CMD ["run"]
