using Microsoft.Extensions.Time.Testing;
using Superhero.Grains.Games;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Games;

public sealed class GameAdmissionTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FailingStore _store = new();
    private readonly ObservedOutputStore _output;
    private readonly GameAdmission _admission;

    public GameAdmissionTests()
    {
        _output = new ObservedOutputStore(_store, _clock);
        _admission = new GameAdmission(_output, _clock);
    }

    public void Dispose()
    {
        _admission.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task Games_in_work_are_limited_by_their_number()
    {
        var games = await AdmitAsync(GameAdmission.MaxGames);
        Assert.Null(await _admission.TryAdmitAsync());
        var room = _admission.WaitForRoomAsync(TestContext.Current.CancellationToken);
        Assert.False(room.IsCompleted);
        games[0].Dispose();
        await room;
        using var next = await _admission.TryAdmitAsync();
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Games_whose_log_is_in_memory_are_limited_by_its_bytes()
    {
        List<GameAdmission.AdmittedGame> games = [];
        for (var i = 0; i < GameAdmission.MaxPages; i++)
        {
            games.Add((await _admission.TryAdmitAsync())!);
        }

        Assert.Null(await _admission.TryAdmitAsync());
        games[0].ReleasePage();
        Assert.NotNull(await _admission.TryAdmitAsync());

        // Once is enough: what it releases again would be another game's.
        games[0].Dispose();
        Assert.Null(await _admission.TryAdmitAsync());
    }

    [Fact]
    public async Task Output_that_takes_no_files_stops_admission_until_its_probe_works_again()
    {
        _store.Failure = new IOException("full");
        Assert.Equal("full", await _output.LookAsync(TestContext.Current.CancellationToken));
        Assert.Null(await _admission.TryAdmitAsync());
        var room = _admission.WaitForRoomAsync(TestContext.Current.CancellationToken);
        Assert.False(room.IsCompleted);

        _store.Failure = null;
        Assert.Null(await _output.LookAsync(TestContext.Current.CancellationToken));
        await room;
        Assert.NotNull(await _admission.TryAdmitAsync());
    }

    [Fact]
    public async Task Game_that_is_in_work_for_too_long_is_a_problem_until_it_is_over()
    {
        using (await _admission.TryAdmitAsync())
        {
            _clock.Advance(GameAdmission.Patience);
            Assert.Null(_admission.Problem);
            _clock.Advance(TimeSpan.FromTicks(1));
            Assert.Equal("games in work for more than 30 seconds: 1", _admission.Problem);
        }

        Assert.Null(_admission.Problem);
    }

    private async Task<List<GameAdmission.AdmittedGame>> AdmitAsync(int count)
    {
        List<GameAdmission.AdmittedGame> games = [];
        for (var i = 0; i < count; i++)
        {
            games.Add((await _admission.TryAdmitAsync())!);
            games[^1].ReleasePage();
        }

        return games;
    }

    /// <summary>A store that fails when it is told to.</summary>
    private sealed class FailingStore : PartialStore
    {
        public IOException? Failure { get; set; }

        public override Task WriteAsync(string path, ReadOnlyMemory<byte> content) => TryCreateAsync(path, content);

        public override Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) =>
            Failure is null ? Task.FromResult(true) : Task.FromException<bool>(Failure);
    }
}
