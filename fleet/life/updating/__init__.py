"""How a terminal is updated, whatever it is that changes: from the order to the proof.

The automatic way, phase by phase (T29 to T37 of the life cycle):

    offered       idle for half an hour and two heartbeats since the boot; the guards have no
                  objection: batch settled, battery or mains, kind of network, window; the merchant
                  agrees, or puts it off a bounded number of times
    backup        signatures, customers, transactions; without one, lost data stays lost
    downloading   chunk by chunk; a lost link or a lull pauses it, and it goes on with the next
                  chunk. Parameters cannot be resumed: a lost link leaves the terminal NOT_READY
    downloaded    checksum, signature and version are verified
    installing    into the other slot; then the terminal reboots
    post_test     functions and compatibility before the operator signs in; if one fails, the
                  old slot runs again
    succeeded     when the new version runs and the operator is signed in, never before

Parameters and keys are put into force at once, without reboot and test.

After too many failures the automatic way is shut for that version, as Verifone VHQ does, and
somebody updates the terminal by hand: `fleet.life.updating.manual` (T38, T39).

Orders meanwhile. While an update waits (for idleness, a guard, the merchant's better time, or
somebody to come), the terminal is on duty, and obeys: a reboot costs it no deferral and no chunk, a
lock holds the update until it is lifted, a cancellation ends it. Once the merchant is asked, it is
not interrupted: a terminal that updates sends no heartbeats (T28), and what reached it all the same
waits until it is on duty again, which for firmware is after the reboot. A cancellation comes too
late then, and is refused; a lock or another reboot comes before the tests, which wait for it.
"""
