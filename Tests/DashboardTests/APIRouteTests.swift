import Dashboard
import Delivery
import Foundation
import Testing

@Suite("What the API speaks")
struct APIRouteTests {
    @Test(
        "names are escaped as one segment",
        arguments: [
            ("people", "/api/v1/lists/people/contacts"), ("a/b c", "/api/v1/lists/a%2Fb%20c/contacts"),
            ("50%?&#+", "/api/v1/lists/50%25%3F%26%23%2B/contacts"), ("ö", "/api/v1/lists/%C3%B6/contacts"),
        ])
    func segments(name: String, path: String) {
        #expect(APIRoute.contacts(list: name) == path)
    }

    @Test("a query is escaped, and empty when there is nothing to say")
    func queries() {
        #expect(APIRoute.query([]).isEmpty)
        #expect(
            APIRoute.query([("status", "Soft Bounced"), ("after", "a+b=c")]) == "?status=Soft%20Bounced&after=a%2Bb%3Dc"
        )
    }

    @Test("counts by outcome keep all ten names and add up what is permanent")
    func outcomeCounts() throws {
        let counts = APIOutcomeCounts(byName: ["Sent": 3, "Soft Bounced": 2, "Bounced": 1])
        #expect(counts.permanent == 4)
        let object = try #require(
            try JSONSerialization.jsonObject(with: try JSONEncoder().encode(counts)) as? [String: Int])
        #expect(Set(object.keys) == Set(Outcome.allCases.map(\.name)))
        let again = try JSONDecoder().decode(
            APIOutcomeCounts.self, from: Data(#"{"Sent":3,"Soft Bounced":2,"Bounced":1}"#.utf8))
        #expect(again == counts)
    }
}
