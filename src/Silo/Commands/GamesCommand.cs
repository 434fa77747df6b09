using System.CommandLine;
using Superhero.Grains.Archive;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;

namespace Superhero.Silo.Commands;

/// <summary>The command line of single games: show and replay.</summary>
internal static class GamesCommand
{
    public static Command Create(CommandContext context)
    {
        var shown = TokenArgument.Create();
        var output = OutputOption.Create(context);
        var show = new Command("show", "Shows what became of a game: who claimed and loaded it, or why nobody could, its files and its podium.") { shown, output };
        show.SetAction(async (arguments, cancellationToken) =>
        {
            var token = arguments.GetRequiredValue(shown)!.Value;
            var store = context.Store(arguments, output);
            var tables = GameInTables.ReadAsync(context, store, token, cancellationToken);
            var redis = GameInRedis.ReadIfPossibleAsync(context, token, cancellationToken);
            return new GameDescription(context, token, await redis, store).Show(await tables, await HeroesAsync(context, store));
        });

        var target = OutputOption.Create(context);
        var archive = new Option<string?>("--archive")
        {
            Description = "The folder of the archive (ARCHIVE_DIR).",
            DefaultValueFactory = _ => ArchiveDirectory(context),
        };
        var replay = new Command("replay", "Makes a game's files again, from the archive; they get the names that they had.") { target, archive };
        var (replayed, _) = replay.AddOneOrAll("Replay every game in the archive.");
        replay.Validators.Add(result =>
        {
            // A validator does not see an option's default.
            if ((result.GetValue(archive) ?? ArchiveDirectory(context)) is not { } folder || !Directory.Exists(folder))
            {
                result.AddError("There is no archive; name its folder with --archive or ARCHIVE_DIR.");
            }
        });
        replay.SetAction((arguments, cancellationToken) => new ArchiveReplay(
            context, Path.GetFullPath(arguments.GetValue(archive)!), context.Store(arguments, target)).RunAsync(arguments.GetValue(replayed), cancellationToken));

        return new Command("games", "Single games, of which Redis and the tables tell.") { show, replay };
    }

    // A game can be shown without its heroes' names.
    private static async Task<IReadOnlyList<Hero>> HeroesAsync(CommandContext context, IOutputStore store)
    {
        try
        {
            return await new HeroTable(store).ReadAsync();
        }
        catch (IOException exception)
        {
            await context.Error.WriteLineAsync($"Heroes are shown by their superhero_id: {Terminal.StripControlCharacters(exception.Message)}");
            return [];
        }
    }

    private static string? ArchiveDirectory(CommandContext context) => context.Options<ArchiveOptions>().Directory;
}
