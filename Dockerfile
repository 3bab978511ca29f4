# Touchstone in a container: the same program that `make run` builds. See docker-compose.yml.
# syntax=docker/dockerfile:1

FROM debian:12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    gcc libc6-dev make pkg-config \
    libmicrohttpd-dev libpq-dev libjansson-dev uuid-dev libcurl4-gnutls-dev libsodium-dev zlib1g-dev \
    libzstd-dev liboath-dev
WORKDIR /src
COPY Makefile ./
COPY scripts scripts
COPY db db
COPY server server
RUN make -j"$(nproc)"

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
    libmicrohttpd12 libpq5 libjansson4 libuuid1 libcurl3-gnutls libsodium23 zlib1g libzstd1 liboath0 \
    libvips-tools ffmpeg libchromaprint-tools libimage-exiftool-perl openssl ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/touchstone --create-home touchstone
COPY --from=build /src/build/touchstone /usr/local/bin/touchstone
COPY scripts/container-start scripts/healthcheck /usr/local/bin/
COPY static /usr/share/touchstone/static

WORKDIR /var/lib/touchstone
ENV TOUCHSTONE_LISTEN=0.0.0.0:8080 \
    TOUCHSTONE_DATA=/var/lib/touchstone \
    TOUCHSTONE_STATIC=/usr/share/touchstone/static
USER touchstone
VOLUME /var/lib/touchstone
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["healthcheck"]
ENTRYPOINT ["container-start"]
CMD ["serve"]
