using System.Text;
using Superhero.Grains.Journal;
using Superhero.Silo.Statistics;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Statistics;

public sealed class JournalReaderTests : IDisposable
{
    private readonly TemporaryFolder _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Half_a_line_is_read_once_it_is_whole_and_what_is_no_entry_is_passed_over()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_output.Path, GameJournal.Folder)).FullName;
        var line = $$"""{"token":"{{Guid.NewGuid()}}","event":"TimedOut","at":"2026-05-04T12:00:00+00:00","silo":"s"}""" + "\n";
        var file = Path.Combine(folder, "2026-05-04_s_1.jsonl");
        var reader = new JournalReader(_output.Path);
        await File.WriteAllTextAsync(file, "no entry\n" + line[..40], TestContext.Current.CancellationToken);
        Assert.Empty(reader.ReadNew());
        await File.AppendAllTextAsync(file, line[40..], Encoding.UTF8, TestContext.Current.CancellationToken);
        Assert.Single(reader.ReadNew());
        Assert.Empty(reader.ReadNew());
    }
}
