// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "postrider",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "postrider", targets: ["postrider"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CHiredis"),
        .target(name: "Delivery"),
        .target(
            name: "RedisClient",
            dependencies: [
                "CHiredis",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(
            name: "JobQueue",
            dependencies: ["Delivery", "RedisClient"],
            resources: [.embedInCode("Scripts")]),
        .target(
            name: "MailMessage",
            dependencies: ["Delivery", .product(name: "Mustache", package: "swift-mustache")]),
        .target(
            name: "SMTP",
            dependencies: [
                "Delivery",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(name: "Contacts", dependencies: ["Delivery", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(
            name: "DeliveryWorker",
            dependencies: [
                "JobQueue", "MailMessage", "SMTP",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "CampaignCoordinator",
            dependencies: [
                "Contacts", "JobQueue", "MailMessage",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "Dashboard",
            dependencies: [
                "CampaignCoordinator", .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        .target(name: "Simulator", dependencies: ["MailMessage", "SMTP"]),
        .executableTarget(
            name: "postrider",
            dependencies: [
                "CampaignCoordinator", "Dashboard", "DeliveryWorker", "Simulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),
    ]
)
