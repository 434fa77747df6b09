namespace Superhero.Testing;

/// <summary>The wall clock of a process, which a test sets by libfaketime. The monotonic clock runs unchanged, as on a machine whose clock
/// is set.</summary>
public sealed class FakeTime : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FakeTime(string ahead = "+0")
    {
        Set(ahead);
        if (Library is not { } library)
        {
            throw new InvalidOperationException("libfaketime is not installed; ./test.sh installs it.");
        }

        // Without the last one, waits on the monotonic clock end too early, and threads of the runtime spin.
        Variables =
        [
            ("LD_PRELOAD", library), ("FAKETIME_TIMESTAMP_FILE", TimeFile), ("FAKETIME_CACHE_DURATION", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
        ];
    }

    /// <summary>The variables of a process that has this clock.</summary>
    public (string Name, string Value)[] Variables { get; }

    /// <summary>Whether this machine has libfaketime.</summary>
    public static bool IsInstalled => Library is not null;

    private static string? Library => new[] { "/usr/lib", "/usr/lib64" }
        .SelectMany(folder => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
        .FirstOrDefault(File.Exists);

    private string TimeFile => Path.Combine(_folder.Path, "time");

    /// <summary>Sets the clock. The process notices within a second.</summary>
    /// <param name="ahead">The difference to the machine's clock, such as -90s, -1h or +15s.</param>
    public void Set(string ahead)
    {
        // Renamed, so that no process reads half of it.
        File.WriteAllText(TimeFile + ".new", ahead);
        File.Move(TimeFile + ".new", TimeFile, overwrite: true);
    }

    public void Dispose() => _folder.Dispose();
}
