using System.Globalization;
using System.Text.Json;

namespace Superhero.Containers;

/// <summary>The images that the Dockerfile builds.</summary>
[Collection<OneDeployment>]
public class ImageTests(Deployment deployment)
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData("silo", 140)]
    [InlineData("simulator", 10)]
    public async Task Image_adds_only_its_program_to_the_runtime(string target, int limit)
    {
        Assert.SkipUnless(deployment.IsThere, "There is no container engine.");
        var layers = (await Engine.RunAsync($"docker history --no-trunc --human=false --format '{{{{.Size}}}} {{{{.CreatedBy}}}}' superhero-orleans-{target}")).Split('\n');
        var program = Assert.Single(layers, layer => layer.Contains(" COPY ", StringComparison.Ordinal) && layer.Contains(" /app", StringComparison.Ordinal));
        Assert.InRange(int.Parse(program.Split(' ')[0], CultureInfo.InvariantCulture), 1, limit * MiB);
        Assert.Equal("", await Engine.RunAsync($"docker run --rm --entrypoint find superhero-orleans-{target} /app -name '*.xml' -o -name '*.exe' -o -name runtimes"));
    }

    [Theory]
    [InlineData("silo")]
    [InlineData("simulator")]
    public async Task Image_runs_without_root_and_declares_no_volume_or_port(string target)
    {
        Assert.SkipUnless(deployment.IsThere, "There is no container engine.");
        var config = (await Engine.InspectAsync($"superhero-orleans-{target}")).GetProperty("Config");
        Assert.Equal("1654", config.GetProperty("User").GetString());
        Assert.Contains("ASPNETCORE_HTTP_PORTS=", config.GetProperty("Env").EnumerateArray().Select(variable => variable.GetString()));
        Assert.True(!config.TryGetProperty("Volumes", out var volumes) || volumes.ValueKind == JsonValueKind.Null, $"{volumes}");
    }

    // Root owns a new volume at a path that the image does not have.
    [Theory]
    [InlineData("OUTPUT_DIR")]
    [InlineData("ARCHIVE_DIR")]
    public async Task Silo_without_the_right_to_write_names_the_setting_and_exits(string variable)
    {
        Assert.SkipUnless(deployment.IsThere, "There is no container engine.");
        var (exitCode, output) = await Engine.TryAsync($"timeout 60 docker run --rm --read-only --tmpfs /tmp --volume /data --volume /tables --env {variable}=/tables superhero-orleans-silo");
        Assert.Equal(2, exitCode);
        Assert.StartsWith($"{variable}: '/tables' ", Assert.Single(output.Trim().Split('\n')), StringComparison.Ordinal);
    }
}
