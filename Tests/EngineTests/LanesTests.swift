import Engine
import Model
import Plugins
import Testing

@Suite struct `Keeping runs about one thing apart` {
    @Test func `a lane goes from run to run in order of arrival`() {
        var lanes = Lanes()
        let answer1 = lanes.enter("a", RunID(1))
        #expect(answer1)
        let answer2 = lanes.enter("a", RunID(2))
        #expect(!answer2)
        let answer3 = lanes.enter("a", RunID(3))
        #expect(!answer3)
        let answer4 = lanes.enter("b", RunID(4))
        #expect(answer4)
        #expect(lanes.waiting == 2)

        let answer5 = lanes.leave("a", RunID(1)) { _ in true }
        #expect(answer5 == RunID(2))
        let answer6 = lanes.leave("a", RunID(2)) { _ in true }
        #expect(answer6 == RunID(3))
        let answer7 = lanes.leave("a", RunID(3)) { _ in true }
        #expect(answer7 == nil)
        #expect(lanes.waiting == 0)
        let answer8 = lanes.enter("a", RunID(5))
        #expect(answer8)
    }

    @Test func `a run in line that is not wanted any more is passed over`() {
        var lanes = Lanes()
        _ = lanes.enter("a", RunID(1))
        _ = lanes.enter("a", RunID(2))
        _ = lanes.enter("a", RunID(3))
        let answer9 = lanes.leave("a", RunID(1)) { $0 == RunID(3) }
        #expect(answer9 == RunID(3))
    }

    @Test func `a run that only waits cannot give the lane away`() {
        var lanes = Lanes()
        _ = lanes.enter("a", RunID(1))
        _ = lanes.enter("a", RunID(2))
        let answer10 = lanes.leave("a", RunID(2)) { _ in true }
        #expect(answer10 == nil)
        let answer11 = lanes.enter("a", RunID(3))
        #expect(!answer11)
    }

    @Test func `a line of many stays in order`() {
        var line = Line<Int>()
        var out: [Int] = []
        for number in 0..<500 {
            line.join(number)
            if number % 3 == 0, let next = line.next() { out.append(next) }
        }
        while let next = line.next() { out.append(next) }
        #expect(out == Array(0..<500))
        #expect(line.isEmpty)
    }

    @Test func `slots are taken up to the limit of their kind`() {
        var slots = Slots()
        let answer12 = slots.take(.email, limit: 2, for: RunID(1))
        #expect(answer12)
        let answer13 = slots.take(.email, limit: 2, for: RunID(2))
        #expect(answer13)
        let answer14 = slots.take(.email, limit: 2, for: RunID(3))
        #expect(!answer14)
        let answer15 = slots.take(.http, limit: 2, for: RunID(4))
        #expect(answer15)
        let answer16 = slots.free(.email) { _ in true }
        #expect(answer16 == RunID(3))
        let answer17 = slots.take(.email, limit: 2, for: RunID(3))
        #expect(answer17)
        let answer18 = slots.free(.email) { _ in true }
        #expect(answer18 == nil)
    }
}
