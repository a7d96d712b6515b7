import CCurl
import Foundation
import Model
import Synchronization

/// The curl thread: every libcurl handle is made, driven and freed on it.
///
/// Others only leave work in the inbox and wake it; waking is the one call that libcurl allows from
/// other threads.
final class CurlLoop: Sendable {
    /// What was left for the thread.
    private struct Inbox {
        var jobs: [TransferJob] = []
        var canceled: [Int] = []
        /// Jobs handed over and not ended; any other job is canceled too early or too late.
        var open: Set<Int> = []
        var canceledEarly: Set<Int> = []
        var nextID = 0
        var isClosing = false
        var isGone = false
    }

    private let inbox = Mutex(Inbox())
    // Why: only the thread drives the handle; others only wake it, under the inbox's lock.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

    private static let isReady = till_curl_global_init() == CURLE_OK

    /// Starts the thread.
    init() {
        precondition(Self.isReady, "libcurl could not be initialised")
        guard let multi = curl_multi_init() else {
            preconditionFailure("libcurl could not get memory for its handle")
        }
        self.multi = multi
        // libcurl's own bound follows what is under way, so that it would close most of them.
        till_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Limits.requestsAtOnce)
        let thread = Thread { self.run() }
        thread.name = "till-outbound"
        thread.start()
    }

    /// Does one transfer; a canceled task ends it at once.
    func perform(_ order: TransferJob.Order, timeout: Duration) async -> TransferEnd {
        let id = inbox.withLock { inbox in
            inbox.nextID += 1
            return inbox.nextID
        }
        let end = await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                submit(TransferJob(id: id, order: order, timeout: timeout, waiting: waiting))
            }
        } onCancel: {
            cancel(id)
        }
        inbox.withLock { _ = $0.canceledEarly.remove(id) }
        return end
    }

    /// Ends what is under way as canceled and lets the thread go.
    func close() {
        inbox.withLock { inbox in
            inbox.isClosing = true
            wake(inbox)
        }
    }

    private func submit(_ job: TransferJob) {
        let refusal: String? = inbox.withLock { inbox in
            if inbox.isClosing { return "Till is stopping" }
            if inbox.canceledEarly.contains(job.id) { return "canceled before it began" }
            inbox.open.insert(job.id)
            inbox.jobs.append(job)
            wake(inbox)
            return nil
        }
        if let refusal { job.waiting.resume(returning: .neverBegun(refusal)) }
    }

    private func cancel(_ id: Int) {
        inbox.withLock { inbox in
            guard inbox.open.contains(id) else {
                inbox.canceledEarly.insert(id)
                return
            }
            inbox.canceled.append(id)
            wake(inbox)
        }
    }

    private func wake(_ inbox: borrowing Inbox) {
        if !inbox.isGone { curl_multi_wakeup(multi) }
    }

    private func run() {
        var active: [UnsafeMutableRawPointer: CurlTransfer] = [:]
        while true {
            let (jobs, canceled, isClosing) = inbox.withLock { inbox in
                defer { (inbox.jobs, inbox.canceled) = ([], []) }
                return (inbox.jobs, inbox.canceled, inbox.isClosing)
            }
            for job in jobs { begin(job, in: &active) }
            for transfer in active.values where isClosing || canceled.contains(transfer.job.id) {
                finish(transfer, CURLE_ABORTED_BY_CALLBACK, isCanceled: true, in: &active)
            }
            if isClosing { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            var code = CURLE_OK
            while let handle = till_curl_next_ended(multi, &code) {
                guard let transfer = active[handle] else { continue }
                finish(transfer, code, in: &active)
            }
            // libcurl shortens the wait where a timer of its own is due.
            curl_multi_poll(multi, nil, 0, 60_000, nil)
        }
        inbox.withLock { $0.isGone = true }
        curl_multi_cleanup(multi)
    }

    private func begin(_ job: TransferJob, in active: inout [UnsafeMutableRawPointer: CurlTransfer])
    {
        guard let transfer = CurlTransfer(job) else {
            inbox.withLock { _ = $0.open.remove(job.id) }
            job.waiting.resume(returning: .neverBegun("libcurl has no memory left"))
            return
        }
        active[transfer.handle] = transfer
        curl_multi_add_handle(multi, transfer.handle)
    }

    private func finish(
        _ transfer: CurlTransfer,
        _ code: CURLcode,
        isCanceled: Bool = false,
        in active: inout [UnsafeMutableRawPointer: CurlTransfer]
    ) {
        let end = transfer.ended(code, isCanceled: isCanceled)
        curl_multi_remove_handle(multi, transfer.handle)
        active[transfer.handle] = nil
        inbox.withLock { _ = $0.open.remove(transfer.job.id) }
        transfer.job.waiting.resume(returning: end)
    }
}
