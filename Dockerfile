FROM node:20-slim AS build
WORKDIR /suture
# For better-sqlite3, where no prebuilt binary fits this platform.
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
COPY schema/package.json schema/
COPY server/package.json server/
COPY server/bin server/bin
COPY client/package.json client/
COPY client/web/package.json client/web/
COPY bench/package.json bench/
RUN npm ci --include=dev
COPY tsconfig.base.json ./
COPY schema schema
COPY server server
COPY client client
RUN npx tsc --build server/tsconfig.build.json \
  && npx vite build client/web \
  && npm prune --omit=dev

FROM node:20-slim
ENV NODE_ENV=production SUTURE_DATA_DIR=/data SUTURE_HOST=0.0.0.0 SUTURE_SAMPLE=off
WORKDIR /suture
COPY --from=build /suture/package.json ./
COPY --from=build /suture/node_modules node_modules
COPY --from=build /suture/schema/package.json schema/
COPY --from=build /suture/schema/dist schema/dist
COPY --from=build /suture/server/package.json server/
COPY --from=build /suture/server/bin server/bin
COPY --from=build /suture/server/dist server/dist
COPY --from=build /suture/client/web/dist client/web/dist
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SUTURE_PORT ?? 8787}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/dist/main.js"]
