using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotionAuth.Core;

namespace NotionAuth.Conversion;

/// <summary>
/// Makes a request body of what a user passes: JSON text, a hashtable, an object, a file. Nothing is cut at a depth, one-element arrays stay
/// arrays, <c>$null</c> stays null, dates become ISO 8601, what was read from Notion and never looked at is sent as it came, and what can't be
/// JSON is an error before anything is sent.
/// </summary>
internal static class ObjectToJson
{
    private const int MaximumDepth = JsonToObject.MaximumDepth;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Makes a body. Script properties run, so this belongs on the pipeline thread.</summary>
    /// <param name="body">What the user passed.</param>
    /// <returns>JSON in UTF-8.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.BodyCycle"/>, <see cref="ErrorIds.BodyNotJson"/>, <see cref="ErrorIds.BodySecret"/>, <see cref="ErrorIds.BodyTooDeep"/>,
    /// <see cref="ErrorIds.BodyUnreadable"/>, <see cref="ErrorIds.InvalidBody"/>.
    /// </exception>
    public static byte[] Convert(object body)
    {
        switch (Unwrap(body))
        {
            case string text: return CheckedText(BytesOf(text), "The text that was passed");
            case byte[] bytes: return CheckedText(bytes, "The bytes that were passed");
            case FileInfo file: return CheckedText(ReadFile(file), $"The file '{file.FullName}'");
            case Stream stream: return CheckedText(ReadStream(stream), "The stream that was passed");
        }

        var walk = new Walk();
        walk.Write(body);
        return walk.ToUtf8();
    }

    private static byte[] ReadFile(FileInfo file)
    {
        try
        {
            return File.ReadAllBytes(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(ErrorIds.BodyUnreadable, $"The file '{file.FullName}' can't be read: {Redaction.OneLine(e.Message)}", "Check the path and its permissions.");
        }
    }

    private static byte[] ReadStream(Stream stream)
    {
        try
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ObjectDisposedException or InvalidDataException)
        {
            throw Invalid(ErrorIds.BodyUnreadable, $"The stream that was passed can't be read: {Redaction.Scrub(e.Message)}", "Pass one that is open and at its beginning.");
        }
    }

    private static byte[] BytesOf(string text)
    {
        try
        {
            return Utf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw Invalid(ErrorIds.BodyNotJson, "The text that was passed has half of a character in it (a lone surrogate).", "Take it out, or write it as an escape: \\ud83d.");
        }
    }

    private static byte[] CheckedText(byte[] text, string what)
    {
        bool hasMark = text.Length >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF;
        byte[] json = hasMark ? text.AsSpan(3).ToArray() : text;
        if (!JsonString.IsUtf8(json)) throw Invalid(ErrorIds.BodyNotJson, $"{what} isn't UTF-8.", "Save or convert it as UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(json, JsonToObject.Options);
            while (reader.Read())
            {
                // To the end: a body is sent as it stands, once it is known to be JSON.
            }

            return json;
        }
        catch (JsonException e)
        {
            throw Invalid(
                ErrorIds.BodyNotJson, $"{what} isn't JSON, or ends early, or is nested deeper than {MaximumDepth} levels (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).",
                "Pass a hashtable, which is converted, or text that ConvertFrom-Json reads.");
        }
    }

    private static NotionAuthException Invalid(string id, string message, string action) =>
        new(id, NotionErrorKind.InvalidArgument, message + " Nothing was sent.", action);

    private static object? Unwrap(object? value)
    {
        // What a command without output leaves behind.
        if (ReferenceEquals(value, AutomationNull.Value)) return null;
        return value is PSObject { BaseObject: { } inner } && inner is not PSCustomObject ? inner : value;
    }

    private sealed class Walk
    {
        private readonly HashSet<object> _open = new(Identity.Instance);
        private readonly StringBuilder _json = new();

        public byte[] ToUtf8() => Utf8.GetBytes(_json.ToString());

        public void Write(object? value)
        {
            object? plain = Unwrap(value);
            switch (plain)
            {
                case null or DBNull: _json.Append("null"); break;
                case string text: JsonString.Append(_json, text); break;
                case bool flag: _json.Append(flag ? "true" : "false"); break;
                case SwitchParameter flag: _json.Append(flag.IsPresent ? "true" : "false"); break;
                case int or long or short or sbyte or byte or ushort or uint or ulong or decimal or BigInteger: _json.Append(TextOf(plain)); break;
                case double or float: WriteFraction(plain); break;
                case DateTime time: JsonString.Append(_json, time.ToString(time.TimeOfDay == TimeSpan.Zero && time.Kind == DateTimeKind.Unspecified ? "yyyy-MM-dd" : "o", CultureInfo.InvariantCulture)); break;
                case DateTimeOffset time: JsonString.Append(_json, time.ToString("o", CultureInfo.InvariantCulture)); break;
                case Uri uri: JsonString.Append(_json, uri.OriginalString); break;
                case char or Guid or Enum or TimeSpan or Version: JsonString.Append(_json, TextOf(plain)); break;
#if NET8_0_OR_GREATER
                case DateOnly or TimeOnly: JsonString.Append(_json, ((IFormattable)plain).ToString("o", CultureInfo.InvariantCulture)); break;
#endif
                case JsonElement element: WriteJson(Utf8.GetBytes(element.GetRawText())); break;
                case JsonDocument document: WriteJson(Utf8.GetBytes(document.RootElement.GetRawText())); break;
                case JsonNode node: WriteJson(Utf8.GetBytes(node.ToJsonString())); break;
                case SecureString or PSCredential:
                    throw Invalid(ErrorIds.BodySecret, "The body has a secret (SecureString or PSCredential) in it.", "Secrets don't belong into Notion's pages; convert it yourself if it must be sent.");
                case ScriptBlock or Delegate or Type or Stream or IntPtr or UIntPtr:
                    throw Invalid(ErrorIds.InvalidBody, $"The body has a {plain.GetType().Name} in it, which can't be JSON.", "Pass its result instead.");
                default: WriteNested(plain); break;
            }
        }

        private static string TextOf(object value) => System.Convert.ToString(value, CultureInfo.InvariantCulture)!;

        private void WriteFraction(object number)
        {
            double value = System.Convert.ToDouble(number, CultureInfo.InvariantCulture);
            if (JsonNumber.TextOf(number) is { } text) _json.Append(text);
            else if (double.IsNaN(value) || double.IsInfinity(value)) throw Invalid(ErrorIds.InvalidBody, "The body has a number that JSON can't hold (NaN or infinity).", "Leave it out or pass $null.");
            else if (value == 0) _json.Append(1 / value < 0 ? "-0" : "0");
            else _json.Append(((IFormattable)number).ToString("R", CultureInfo.InvariantCulture));
        }

        private void WriteNested(object value)
        {
            // Two PSObjects may wrap one object: the object itself tells a cycle.
            if (!_open.Add(value)) throw Invalid(ErrorIds.BodyCycle, "The body has a cycle: an object that contains itself.", "Take the reference back out.");
            if (_open.Count > MaximumDepth) throw TooDeep();
            switch (value)
            {
                case IDictionary dictionary: WriteObject(Guarded(dictionary.Keys).Cast<object>().Select(k => (NameOf(k), Try<object?>(() => dictionary[k])))); break;
                case IEnumerable<KeyValuePair<string, object?>> pairs: WriteObject(Guarded(pairs).Cast<KeyValuePair<string, object?>>().Select(p => (p.Key, p.Value))); break;
                case IEnumerable list: WriteArray(list); break;
                default: WriteProperties(PSObject.AsPSObject(value)); break;
            }

            _open.Remove(value);
        }

        private void WriteProperties(PSObject value)
        {
            char separator = '{';
            foreach (PSPropertyInfo property in value.Properties)
            {
                if (!property.IsGettable) continue;
                _json.Append(separator);
                separator = ',';
                JsonString.Append(_json, property.Name);
                _json.Append(':');
                if (property is LazyProperty lazy && lazy.TryGetJson(out JsonSlice json)) WriteJson(json.Span);
                else Write(ValueOf(property));
            }

            _json.Append(separator == '{' ? "{}" : "}");
        }

        private static object? ValueOf(PSPropertyInfo property)
        {
            try
            {
                return property.Value;
            }
            catch (GetValueException e)
            {
                throw Unreadable($"The body's property '{property.Name}'", e.InnerException ?? e);
            }
        }

        /// <summary>Copies what is known to be JSON.</summary>
        private void WriteJson(ReadOnlySpan<byte> json)
        {
            try
            {
                // The limit includes one level that isn't there where nothing is open.
                var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Math.Max(1, MaximumDepth - _open.Count) });
                while (reader.Read())
                {
                    // To the end, for its depth.
                }
            }
            catch (JsonException)
            {
                throw TooDeep();
            }

#if NET8_0_OR_GREATER
            _json.Append(Utf8.GetString(json));
#else
            _json.Append(Utf8.GetString(json.ToArray()));
#endif
        }

        private void WriteObject(IEnumerable<(string Name, object? Value)> members)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach ((string name, object? member) in members)
            {
                if (!names.Add(name))
                    throw Invalid(ErrorIds.InvalidBody, $"The body has a dictionary in which two keys are the same text: '{Redaction.Scrub(name)}'.", "Take one of them out.");
                _json.Append(names.Count == 1 ? '{' : ',');
                JsonString.Append(_json, name);
                _json.Append(':');
                Write(member);
            }

            _json.Append(names.Count == 0 ? "{}" : "}");
        }

        private void WriteArray(IEnumerable list)
        {
            char separator = '[';
            foreach (object? item in Guarded(list))
            {
                _json.Append(separator);
                separator = ',';
                Write(item);
            }

            _json.Append(separator == '[' ? "[]" : "]");
        }

        private static string NameOf(object key) => Unwrap(key) switch
        {
            string text => text,
            bool or char or Guid or Enum or int or long or short or sbyte or byte or ushort or uint or ulong or decimal or double or float or BigInteger => TextOf(Unwrap(key)!),
            Uri uri => uri.OriginalString,
            object other => throw Invalid(ErrorIds.InvalidBody, $"The body has a dictionary with a key that is no text but a {other.GetType().Name}.", "Use text as keys."),
            null => throw Invalid(ErrorIds.InvalidBody, "The body has a dictionary with a key that is null.", "Use text as keys."),
        };

        /// <summary>The items of a list that isn't ours: whatever goes wrong in it is its error.</summary>
        private static IEnumerable Guarded(IEnumerable list)
        {
            IEnumerator items = Try(list.GetEnumerator);
            try
            {
                while (Try(items.MoveNext)) yield return Try(() => items.Current);
            }
            finally
            {
                (items as IDisposable)?.Dispose();
            }
        }

        private static T Try<T>(Func<T> read)
        {
            try
            {
                return read();
            }
            catch (Exception e) when (e is not (PipelineStoppedException or OutOfMemoryException))
            {
                throw Unreadable("A list in the body", e);
            }
        }

        private static NotionAuthException Unreadable(string what, Exception why) =>
            Invalid(ErrorIds.BodyUnreadable, $"{what} can't be read: {Redaction.Scrub(why.Message)}", "Leave it out, or pass its values.");

        private static NotionAuthException TooDeep() =>
            Invalid(ErrorIds.BodyTooDeep, $"The body is nested deeper than {MaximumDepth} levels.", "Notion takes two levels of blocks in one request: append the rest with further requests.");
    }

    private sealed class Identity : IEqualityComparer<object>
    {
        public static readonly Identity Instance = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => ReferenceEquals(x, y);

        int IEqualityComparer<object>.GetHashCode(object obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
