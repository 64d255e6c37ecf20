// swift-tools-version: 6.2

import PackageDescription

let nio: [Target.Dependency] = [
    .product(name: "Logging", package: "swift-log"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "postrider",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "postrider", targets: ["postrider"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // What everything speaks: pure values and rules.
        .target(name: "Delivery", resources: [.embedInCode("Outcomes/Table")]),

        // The queue.
        .systemLibrary(name: "CHiredis"),
        .target(
            name: "RedisClient",
            dependencies: ["CHiredis", .product(name: "NIOSSL", package: "swift-nio-ssl")] + nio),
        .target(
            name: "JobQueue",
            dependencies: ["Delivery", "RedisClient", .product(name: "NIOCore", package: "swift-nio")],
            resources: [.embedInCode("Scripts")]),

        // The message and its way out.
        .target(
            name: "MailMessage",
            dependencies: [
                "Delivery", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Mustache", package: "swift-mustache"),
            ]),
        .systemLibrary(name: "CUnbound"),
        .target(
            name: "MailRouting",
            dependencies: [
                "CUnbound", "Delivery", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .target(
            name: "SMTP",
            dependencies: [
                "Delivery", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ] + nio),
        .target(
            name: "DeliveryWorker",
            dependencies: [
                "Delivery", "JobQueue", "MailMessage", "MailRouting", "RedisClient", "SMTP",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio),

        // What comes back.
        .systemLibrary(name: "CCurl"),
        .target(
            name: "Inbound",
            dependencies: [
                "CCurl", "Delivery", "JobQueue", "MailMessage", "RedisClient", "SMTP",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio),

        // The books and who keeps them.
        .target(
            name: "Contacts",
            dependencies: [
                "Delivery", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(
            name: "CampaignCoordinator",
            dependencies: [
                "Contacts", "Delivery", "JobQueue", "MailMessage", "RedisClient",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio),
        .target(
            name: "ProviderEvents",
            dependencies: [
                "Delivery", "MailMessage", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ]),
        .target(
            name: "Dashboard",
            dependencies: [
                "CampaignCoordinator", "Contacts", "Delivery", "JobQueue", "MailMessage", "ProviderEvents",
                "RedisClient",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),

        // The receiving world, for trying things out.
        .target(name: "Simulator", dependencies: ["Delivery", "SMTP"] + nio),

        // The command line.
        .executableTarget(
            name: "postrider",
            dependencies: [
                "CampaignCoordinator", "Contacts", "Dashboard", "Delivery", "DeliveryWorker", "Inbound", "MailMessage",
                "MailRouting", "ProviderEvents", "RedisClient", "SMTP", "Simulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),

        // The instrument of scripts/bench --queue.
        .executableTarget(
            name: "queue-bench",
            dependencies: [
                "Delivery", "JobQueue", "RedisClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/QueueBench"),

        // The instrument of scripts/bench --message.
        .executableTarget(
            name: "message-bench",
            dependencies: [
                "Delivery", "MailMessage", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/MessageBench"),

        // The instrument of scripts/bench --inbound.
        .executableTarget(
            name: "inbound-bench",
            dependencies: [
                "Delivery", "MailMessage", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/InboundBench"),

        // Tests: one target beside each, then the whole with real servers.
        .target(
            name: "TestSupport",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestSupport"),
        .testTarget(name: "DeliveryTests", dependencies: ["Delivery"]),
        .testTarget(
            name: "RedisClientTests",
            dependencies: [
                "RedisClient", "TestSupport", .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio),
        .testTarget(name: "JobQueueTests", dependencies: ["Delivery", "JobQueue", "RedisClient", "TestSupport"] + nio),
        .testTarget(
            name: "MailMessageTests", dependencies: ["Delivery", "MailMessage", "TestSupport"],
            resources: [.copy("Fixtures"), .copy("Golden")]),
        .testTarget(
            name: "SMTPTests",
            dependencies: [
                "Delivery", "SMTP", "TestSupport", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        .testTarget(
            name: "MailRoutingTests",
            dependencies: [
                "Delivery", "MailRouting", "TestSupport", .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        .testTarget(
            name: "InboundTests", dependencies: ["Delivery", "Inbound", "MailMessage", "SMTP", "TestSupport"] + nio),
        .testTarget(name: "SimulatorTests", dependencies: ["Delivery", "SMTP", "Simulator"] + nio),
        .testTarget(
            name: "ContactsTests",
            dependencies: ["Contacts", "Delivery", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(
            name: "DeliveryWorkerTests",
            dependencies: [
                "Delivery", "DeliveryWorker", "JobQueue", "MailMessage",
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .testTarget(
            name: "CampaignCoordinatorTests",
            dependencies: [
                "CampaignCoordinator", "Contacts", "Delivery", "JobQueue", "RedisClient", "TestSupport",
            ] + nio),
        .testTarget(
            name: "DashboardTests",
            dependencies: [
                "CampaignCoordinator", "Contacts", "Dashboard", "Delivery", "JobQueue", "MailMessage",
                "ProviderEvents", "RedisClient", "TestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ] + nio),
        .testTarget(
            name: "ProviderEventsTests",
            dependencies: [
                "Delivery", "MailMessage", "ProviderEvents", "TestSupport",
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ] + nio,
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "CampaignCoordinator", "Contacts", "Delivery", "DeliveryWorker", "Inbound", "JobQueue", "MailMessage",
                "RedisClient", "SMTP", "Simulator", "TestSupport", "postrider",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ] + nio,
            resources: [.copy("RealServers/Configurations")]),
    ]
)

// One standard for all code: the stricter Swift to come, and no warnings.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}

// The tests read hundreds of thousands of damaged messages; without optimization that takes minutes. An unsafe flag forbids others to
// depend on this package by version; nobody does, it is a program.
for target in package.targets where target.name == "MailMessage" {
    target.swiftSettings?.append(.unsafeFlags(["-O"], .when(configuration: .debug)))
}
