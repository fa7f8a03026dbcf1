using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text;
using System.Text.Json;
using NotionAuth.Core;

namespace NotionAuth.Conversion;

/// <summary>
/// Makes a request body of what a user passes: JSON text, a hashtable, an object, a file. Nothing is cut at a depth, one-element arrays stay
/// arrays, <c>$null</c> stays null, dates become ISO 8601, and what can't be JSON is an error before anything is sent.
/// </summary>
internal static class ObjectToJson
{
    private const int MaximumDepth = 256;

    /// <summary>Makes a body.</summary>
    /// <param name="body">What the user passed.</param>
    /// <returns>JSON in UTF-8.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBody"/>.</exception>
    public static byte[] Convert(object body)
    {
        object? value = Unwrap(body);
        switch (value)
        {
            case string text: return CheckedText(Encoding.UTF8.GetBytes(text), "The text that was passed");
            case byte[] bytes: return CheckedText(bytes, "The bytes that were passed");
            case FileInfo file: return CheckedText(ReadFile(file), "The file");
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            new Walk(writer).Write(body);
        }

        return buffer.ToArray();
    }

    private static byte[] ReadFile(FileInfo file)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(file.FullName);
            bool hasMark = bytes.Length >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF;
            return hasMark ? bytes.AsSpan(3).ToArray() : bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"The file '{file.FullName}' can't be read: {Redaction.OneLine(e.Message)}", "Check the path and its permissions.");
        }
    }

    private static byte[] CheckedText(byte[] json, string what)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
            while (reader.Read())
            {
                // To the end: a body is sent as it stands, once it is known to be JSON.
            }

            return json;
        }
        catch (JsonException e)
        {
            throw Invalid(
                $"{what} isn't JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).", "Pass a hashtable, which is converted, or text that ConvertFrom-Json reads.");
        }
    }

    private static NotionAuthException Invalid(string message, string action) =>
        new(ErrorIds.InvalidBody, NotionErrorKind.InvalidArgument, message + " Nothing was sent.", action);

    private static object? Unwrap(object? value) =>
        value is PSObject { BaseObject: { } inner } && inner is not PSCustomObject ? inner : value;

    private sealed class Walk(Utf8JsonWriter writer)
    {
        private readonly HashSet<object> _open = new(Identity.Instance);

        public void Write(object? value)
        {
            object? plain = Unwrap(value);
            switch (plain)
            {
                case null or DBNull: writer.WriteNullValue(); break;
                case string text: writer.WriteStringValue(text); break;
                case bool flag: writer.WriteBooleanValue(flag); break;
                case SwitchParameter flag: writer.WriteBooleanValue(flag.IsPresent); break;
                case int or long or short or sbyte or byte or ushort or uint: writer.WriteNumberValue(System.Convert.ToInt64(plain, CultureInfo.InvariantCulture)); break;
                case ulong number: writer.WriteNumberValue(number); break;
                case decimal number: writer.WriteNumberValue(number); break;
                case double number when !double.IsNaN(number) && !double.IsInfinity(number): writer.WriteNumberValue(number); break;
                case float number when !float.IsNaN(number) && !float.IsInfinity(number): writer.WriteNumberValue(number); break;
                case double or float: throw Invalid("The body has a number that JSON can't hold (NaN or infinity).", "Leave it out or pass $null.");
                case BigInteger number: writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture)); break;
                case DateTime time: writer.WriteStringValue(time.ToString(time.TimeOfDay == TimeSpan.Zero && time.Kind == DateTimeKind.Unspecified ? "yyyy-MM-dd" : "o", CultureInfo.InvariantCulture)); break;
                case DateTimeOffset time: writer.WriteStringValue(time.ToString("o", CultureInfo.InvariantCulture)); break;
                case Uri uri: writer.WriteStringValue(uri.OriginalString); break;
                case char or Guid or Enum or TimeSpan or Version: writer.WriteStringValue(System.Convert.ToString(plain, CultureInfo.InvariantCulture)); break;
                case SecureString or PSCredential: throw Invalid("The body has a secret (SecureString or PSCredential) in it.", "Secrets don't belong into Notion's pages; convert it yourself if it must be sent.");
                case ScriptBlock or Delegate or Type or Stream: throw Invalid($"The body has a {plain.GetType().Name} in it, which can't be JSON.", "Pass its result instead.");
                default: WriteNested(plain); break;
            }
        }

        private void WriteNested(object value)
        {
            // Two PSObjects may wrap one object: the object itself tells a cycle.
            object identity = value is PSObject { BaseObject: { } inner and not PSCustomObject } ? inner : value;
            if (!_open.Add(identity)) throw Invalid("The body has a cycle: an object that contains itself.", "Take the reference back out.");
            if (_open.Count > MaximumDepth) throw Invalid($"The body is nested deeper than {MaximumDepth} levels.", "Notion takes two levels of blocks in one request: append the rest with further requests.");
            switch (value)
            {
                case IDictionary dictionary: WriteObject(dictionary.Keys.Cast<object>().Select(k => (Name: System.Convert.ToString(k, CultureInfo.InvariantCulture)!, Value: (object?)dictionary[k]))); break;
                case IEnumerable list: WriteArray(list); break;
                default: WriteObject(Properties(PSObject.AsPSObject(value))); break;
            }

            _open.Remove(identity);
        }

        private static IEnumerable<(string Name, object? Value)> Properties(PSObject value)
        {
            foreach (PSPropertyInfo property in value.Properties)
            {
                if (!property.IsGettable) continue;
                object? member;
                try
                {
                    member = property.Value;
                }
                catch (GetValueException e)
                {
                    throw Invalid($"The body's property '{property.Name}' can't be read: {Redaction.Scrub(e.InnerException?.Message ?? e.Message)}", "Leave it out.");
                }

                yield return (property.Name, member);
            }
        }

        private void WriteObject(IEnumerable<(string Name, object? Value)> members)
        {
            writer.WriteStartObject();
            foreach ((string name, object? member) in members)
            {
                writer.WritePropertyName(name);
                Write(member);
            }

            writer.WriteEndObject();
        }

        private void WriteArray(IEnumerable list)
        {
            writer.WriteStartArray();
            foreach (object? item in list) Write(item);
            writer.WriteEndArray();
        }
    }

    private sealed class Identity : IEqualityComparer<object>
    {
        public static readonly Identity Instance = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => ReferenceEquals(x, y);

        int IEqualityComparer<object>.GetHashCode(object obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
