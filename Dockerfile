# One image for every role; the command says which. Build stage and run stage stand on the same Debian release.
FROM swift:6.3-bookworm AS build
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends libcurl4-openssl-dev libhiredis-dev libsqlite3-dev libunbound-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# Dependencies first: they are fetched anew only when the manifest changes.
COPY Package.swift ./
RUN swift package resolve
COPY Sources ./Sources
COPY Tests ./Tests
RUN swift build -c release --product postrider \
    && install -D "$(swift build -c release --show-bin-path)/postrider" /out/postrider

# The slim image is Debian's own slim image with the Swift runtime libraries.
FROM swift:6.3-bookworm-slim
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends libcurl4 libhiredis0.14 libsqlite3-0 libunbound8 dns-root-data ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/postrider postrider \
    && install -d -o postrider -g postrider -m 700 /var/lib/postrider
COPY --from=build /out/postrider /usr/local/bin/postrider
USER postrider
WORKDIR /var/lib/postrider
VOLUME /var/lib/postrider
ENTRYPOINT ["postrider"]
CMD ["--help"]
