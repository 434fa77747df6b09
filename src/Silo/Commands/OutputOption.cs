using System.CommandLine;
using Superhero.Tables.Output;

namespace Superhero.Silo.Commands;

/// <summary>--output: where the tables are, for commands that read them.</summary>
internal static class OutputOption
{
    public static Option<string> Create(CommandContext context)
    {
        var option = new Option<string>("--output")
        {
            Description = "The folder that holds the tables, or the bucket: s3://bucket/prefix or az://container/prefix. Otherwise OUTPUT_URI or OUTPUT_DIR.",
            DefaultValueFactory = _ => context.Stores.Default,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } output && !OutputUri.IsUri(output) && !Directory.Exists(output))
            {
                result.AddError($"There is no folder {output}; name the one that holds the tables with --output or OUTPUT_DIR.");
            }
        });
        return option;
    }

    /// <summary>Where the option says that the tables are.</summary>
    public static IOutputStore Store(this CommandContext context, ParseResult arguments, Option<string> output) =>
        context.Stores.Open(arguments.GetValue(output)!);
}
