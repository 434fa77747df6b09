using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Telemetry;

/// <summary>An exported span.</summary>
/// <param name="Trace">The trace that it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Service">The service that it comes from.</param>
/// <param name="Silo">The instance of that.</param>
public sealed record ExportedSpan(string Trace, string Name, string Service, string Silo);

/// <summary>Receives what OpenTelemetry's exporter sends over HTTP, and reads the spans in it.</summary>
public sealed class Collector : IDisposable
{
    private readonly HttpListener _listener = new();

    public Collector()
    {
        Endpoint = $"http://127.0.0.1:{Ports.Free()}/";
        _listener.Prefixes.Add(Endpoint);
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>OTEL_EXPORTER_OTLP_ENDPOINT.</summary>
    public string Endpoint { get; }

    public ConcurrentQueue<ExportedSpan> Spans { get; } = [];

    /// <summary>How often it has received metrics.</summary>
    public int Metrics { get; private set; }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            context.Response.Close();
            if (context.Request.Url!.AbsolutePath == "/v1/traces")
            {
                Read(body.ToArray());
            }
            else
            {
                Metrics++;
            }
        }
    }

    // The numbers of the fields are those of opentelemetry/proto/trace/v1/trace.proto.
    private void Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request, 1))
        {
            var resource = Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1))
                .Where(attribute => Text(Fields(attribute, 1)).StartsWith("service.", StringComparison.Ordinal))
                .ToDictionary(attribute => Text(Fields(attribute, 1)), attribute => Text(Fields(Fields(attribute, 2).Single(), 1)));
            foreach (var span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
            {
                Spans.Enqueue(new ExportedSpan(Convert.ToHexString(Fields(span, 1).Single()), Text(Fields(span, 5)), resource["service.name"], resource["service.instance.id"]));
            }
        }
    }

    private static string Text(IEnumerable<byte[]> field) => Encoding.UTF8.GetString(field.Single());

    // Protocol Buffers' wire format: a tag of field and type, then a varint, eight bytes, a length and that many bytes, or four bytes.
    private static IEnumerable<byte[]> Fields(byte[] message, int wanted)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += sizeof(ulong);
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    if (tag >> 3 == (ulong)wanted)
                    {
                        yield return message[at..(at + length)];
                    }

                    at += length;
                    break;
                case 5:
                    at += sizeof(uint);
                    break;
                default:
                    throw new FormatException("This is not Protocol Buffers' wire format.");
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
