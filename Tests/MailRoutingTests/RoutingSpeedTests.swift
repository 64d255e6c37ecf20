import Foundation
import Testing

@testable import MailRouting

@Suite("A feeder's many domains, with a real name server")
struct RoutingSpeedTests {
    /// Domains to ask for; a measurement takes more.
    private static let domains =
        ProcessInfo.processInfo.environment["POSTRIDER_ROUTE_DOMAINS"].flatMap { Int($0) } ?? 5000

    /// How many are asked for at the same time, as a feeder does with its batches.
    private static let batch = 1000

    @Test("Thousands of domains all have their site, at more than a thousand a second")
    func manyDomains() async throws {
        let router = try await TestWorld.router()
        let start = ContinuousClock.now
        let found = await withTaskGroup(of: String?.self) { group in
            var found: [String: Int] = [:]
            for number in 1...Self.domains {
                if number > Self.batch, let site = await group.next() { found[site ?? "none", default: 0] += 1 }
                group.addTask { await router.site(of: "d\(number).crowd.example") }
            }
            for await site in group { found[site ?? "none", default: 0] += 1 }
            return found
        }
        let time = ContinuousClock.now - start
        #expect(found == ["mx.crowd.example": Self.domains])
        let rate = Double(Self.domains) / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18)
        print("sites of \(Self.domains) domains: \(Int(rate)) a second; peak memory \(Self.peakMemory() ?? "unknown")")
        // A debug build on a machine that has other things to do; a release build is several times as fast.
        #expect(rate > 1000)
    }

    @Test("Routes to thousands of domains with one host ask for the host once", arguments: [1000])
    func manyRoutes(count: Int) async throws {
        let router = try await TestWorld.router()
        let hosts = await withTaskGroup(of: [String].self) { group in
            for number in 1...count {
                group.addTask {
                    guard case .hosts(let route) = await router.route(to: "r\(number).crowd.example") else { return [] }
                    return route.hosts.flatMap(\.addresses)
                }
            }
            return await group.reduce(into: [:] as [[String]: Int]) { $0[$1, default: 0] += 1 }
        }
        #expect(hosts == [["192.0.2.60"]: count])
    }

    /// The most memory that this process had, as the system says it.
    private static func peakMemory() -> String? {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        return status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }.map {
            $0.dropFirst(6).trimmingCharacters(in: .whitespaces)
        }
    }
}
