# One image; the command chooses the process (docker-compose.yml).
FROM node:24.11.1-bookworm-slim AS base
WORKDIR /app
# A named volume takes its owner over.
RUN mkdir /data && chown node:node /data

FROM base AS manifests
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/api/package.json apps/api/
COPY apps/worker/package.json apps/worker/
COPY apps/cli/package.json apps/cli/
COPY packages/app-store-connect/package.json packages/app-store-connect/
COPY packages/core/package.json packages/core/
COPY packages/emulator/package.json packages/emulator/
COPY packages/client/package.json packages/client/
COPY e2e/package.json e2e/
COPY bench/package.json bench/
# The pnpm version stands once, in package.json.
RUN node -p "require('./package.json').config.pnpm" > /pnpm-version

FROM manifests AS build
RUN npx -y pnpm@$(cat /pnpm-version) install --frozen-lockfile
COPY tsconfig.base.json ./
COPY scripts scripts
COPY apps apps
COPY packages packages
RUN node node_modules/typescript/bin/tsc -b packages/app-store-connect packages/core packages/emulator apps/api apps/worker \
  && node scripts/copy-assets.mjs \
  && node scripts/bundle.mjs

FROM manifests AS production
RUN npx -y pnpm@$(cat /pnpm-version) install --frozen-lockfile --prod \
    --filter @flightroster/api... --filter @flightroster/worker... --filter @flightroster/emulator...
COPY --from=build /app/apps/api/dist apps/api/dist
COPY --from=build /app/apps/api/openapi.json apps/api/
COPY --from=build /app/apps/worker/dist apps/worker/dist
COPY --from=build /app/packages/app-store-connect/dist packages/app-store-connect/dist
COPY --from=build /app/packages/core/dist packages/core/dist
COPY --from=build /app/packages/emulator/dist packages/emulator/dist
COPY scripts/prune-image.mjs /
RUN node /prune-image.mjs

# No shell and no package manager: the C++ library, Node.js, and what is copied here.
FROM gcr.io/distroless/cc-debian12
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0
COPY --from=base /usr/local/bin/node /usr/local/bin/node
COPY --from=base --chown=1000:1000 /data /data
COPY --from=production /app ./
COPY LICENSE scripts/healthcheck.mjs ./
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "healthcheck.mjs"]
CMD ["node", "apps/api/dist/main.js"]
