using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Superhero.Grains.Games;
using Superhero.Grains.Journal;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Journal;

public class GameJournalTests
{
    [Fact]
    public void Each_day_has_a_file_of_its_own()
    {
        using var output = new TemporaryFolder();
        var clock = new TestClock();
        using var journal = new GameJournal(
            Options.Create(new OutputOptions { Directory = output.Path }), Options.Create(new GameOptions { HostName = "silo" }), clock,
            NullLogger<GameJournal>.Instance);
        journal.TimedOut(Guid.NewGuid());
        clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromTicks(1));
        journal.TimedOut(Guid.NewGuid());
        clock.Advance(TimeSpan.FromTicks(1));
        journal.TimedOut(Guid.NewGuid());

        var files = Directory.GetFiles(Path.Combine(output.Path, GameJournal.Folder)).Order().ToList();
        Assert.Equal(["2026-05-04_silo", "2026-05-05_silo"], files.Select(file => Path.GetFileName(file)[.."2026-05-04_silo".Length]));
        Assert.Equal([2, 1], files.Select(file => File.ReadLines(file).Count()));
    }
}
