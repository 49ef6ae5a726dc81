//! The verbs that a function's doc comment may start with.

/// Sorted. A verb that is missing is added here.
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "Abandons", "Aborts", "Accepts", "Accumulates", "Acquires", "Acts", "Adapts", "Adds",
    "Adjusts", "Adopts", "Advances", "Agrees", "Aligns", "Allocates", "Allows", "Announces",
    "Answers", "Appears", "Appends", "Applies", "Appoints", "Arms", "Arranges", "Asks",
    "Assembles", "Asserts", "Assigns", "Assumes", "Attaches", "Attempts", "Attributes",
    "Authenticates", "Averages", "Awaits", "Backs", "Becomes", "Begins", "Behaves", "Belongs",
    "Binds", "Blames", "Blocks", "Bounds", "Breaks", "Bridges", "Builds", "Bundles", "Bypasses",
    "Caches", "Calls", "Cancels", "Canonicalizes", "Caps", "Carries", "Changes", "Charges",
    "Checks", "Chooses", "Claims", "Clamps", "Classifies", "Cleans", "Clears", "Clones", "Closes",
    "Coerces", "Collapses", "Collects", "Combines", "Comes", "Commits", "Compares", "Compiles",
    "Completes", "Computes", "Concatenates", "Configures", "Confirms", "Connects", "Consumes",
    "Contains", "Converts", "Copes", "Copies", "Corrects", "Counts", "Creates", "Crosses",
    "Curates", "Cuts", "Decides", "Declares", "Decodes", "Decrements", "Decrypts", "Defers",
    "Defines", "Delays", "Deletes", "Delivers", "Demands", "Denies", "Depends", "Deprecates",
    "Derives", "Describes", "Deserializes", "Detects", "Dials", "Differs", "Disables", "Discards",
    "Disconnects", "Dispatches", "Displays", "Documents", "Does", "Downloads", "Drains", "Draws",
    "Drives", "Drops", "Duplicates", "Echoes", "Emits", "Enables", "Encloses", "Encodes",
    "Encrypts", "Ends", "Ensures", "Enters", "Enumerates", "Erases", "Escalates", "Escapes",
    "Estimates", "Evaluates", "Exchanges", "Executes", "Exits", "Expands", "Expects", "Exports",
    "Extends", "Extracts", "Fails", "Feeds", "Fetches", "Fills", "Filters", "Finds", "Fits",
    "Flattens", "Flushes", "Folds", "Follows", "Forbids", "Forces", "Forgets", "Forks", "Formats",
    "Forwards", "Frees", "Generates", "Gets", "Gives", "Goes", "Grants", "Groups", "Guards",
    "Halts", "Handles", "Hands", "Happens", "Has", "Hashes", "Hides", "Holds", "Hooks",
    "Identifies", "Ignores", "Implements", "Imports", "Includes", "Increments", "Indicates",
    "Inherits", "Initializes", "Injects", "Inserts", "Inspects", "Installs", "Interprets",
    "Invalidates", "Invokes", "Isolates", "Issues", "Iterates", "Joins", "Judges", "Keeps",
    "Kills", "Launches", "Leases", "Leaves", "Lends", "Lets", "Limits", "Listens", "Lists",
    "Lives", "Loads", "Locks", "Logs", "Looks", "Loses", "Lowers", "Maintains", "Makes", "Maps",
    "Marks", "Masks", "Matches", "Means", "Measures", "Meets", "Merges", "Mounts", "Moves",
    "Mutates", "Names", "Narrows", "Needs", "Negotiates", "Normalizes", "Notes", "Notifies",
    "Obeys", "Observes", "Obtains", "Occupies", "Offers", "Opens", "Orders", "Overrides",
    "Overwrites", "Owns", "Packages", "Pads", "Panics", "Parks", "Parses", "Passes", "Patches",
    "Pauses", "Pays", "Performs", "Permits", "Persists", "Picks", "Pins", "Places", "Plans",
    "Plants", "Plays", "Plots", "Points", "Polls", "Pops", "Posts", "Prefixes", "Prepares",
    "Prevents", "Prints", "Probes", "Proceeds", "Produces", "Proves", "Provides", "Publishes",
    "Pulls", "Pushes", "Puts", "Queues", "Quits", "Quotes", "Raises", "Ranks", "Reaches", "Reads",
    "Reaps", "Rebuilds", "Receives", "Reclaims", "Recognizes", "Records", "Recovers", "Recurses",
    "Redacts", "Redirects", "Reduces", "Refreshes", "Refuses", "Registers", "Rejects", "Relays",
    "Releases", "Reloads", "Remembers", "Removes", "Renames", "Renders", "Renews", "Reopens",
    "Repeats", "Replaces", "Reports", "Represents", "Requests", "Requires", "Reserves", "Resets",
    "Resists", "Resolves", "Responds", "Restarts", "Restores", "Resumes", "Retains", "Retries",
    "Returns", "Reverts", "Revokes", "Rewrites", "Rides", "Rolls", "Rotates", "Rounds", "Rules",
    "Runs", "Samples", "Satisfies", "Saves", "Says", "Scans", "Schedules", "Seals", "Searches",
    "Seeds", "Seeks", "Sees", "Selects", "Sends", "Separates", "Serializes", "Serves", "Sets",
    "Settles", "Shares", "Shifts", "Shortens", "Shows", "Shuts", "Signals", "Signs", "Simplifies",
    "Simulates", "Sits", "Skips", "Sleeps", "Sorts", "Spawns", "Specifies", "Spends", "Splits",
    "Stages", "Staggers", "Stamps", "Stands", "Starts", "Stays", "Steps", "Stops", "Stores",
    "Strikes", "Strips", "Subscribes", "Substitutes", "Summarizes", "Sums", "Supports", "Survives",
    "Suspends", "Swaps", "Switches", "Tags", "Takes", "Tells", "Terminates", "Tests", "Thaws",
    "Throws", "Tolerates", "Touches", "Traces", "Tracks", "Transfers", "Translates", "Traverses",
    "Treats", "Tries", "Trims", "Trips", "Truncates", "Tunes", "Turns", "Understands", "Undoes",
    "Unescapes", "Uninstalls", "Unites", "Unlinks", "Unlocks", "Unmounts", "Unpacks",
    "Unregisters", "Unseals", "Unsets", "Unwraps", "Updates", "Upgrades", "Uses", "Validates",
    "Vanishes", "Varies", "Verifies", "Views", "Visits", "Waits", "Wakes", "Walks", "Wants",
    "Warns", "Weighs", "Widens", "Wipes", "Works", "Wraps", "Writes", "Yields", "Zeroes",
];

/// Returns whether `word` is a verb in the third person, with a capital letter.
pub(super) fn contains(word: &str) -> bool {
    VERBS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_sorted_and_found() {
        assert!(VERBS.is_sorted());
        assert!(contains("Returns"));
        for other in ["The", "Its", "Return", "returns", "Bytes", ""] {
            assert!(!contains(other), "{other}");
        }
    }
}
