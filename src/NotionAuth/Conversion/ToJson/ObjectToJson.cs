using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Xml;
using NotionAuth.Conversion.FromJson;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Conversion.ToJson;

/// <summary>
/// Makes a request body of what a user passes: JSON text, a hashtable, an object, a file. Nothing is cut at a depth,
/// one-element arrays stay arrays, <c>$null</c> stays null, dates become ISO 8601, what was read from Notion and never
/// looked at is sent as it came, and what can't be JSON, or isn't known to mean something there, is an error before
/// anything is sent that names its place.
/// </summary>
internal static class ObjectToJson
{
    private const int MaximumDepth = JsonToObject.MaximumDepth;

    /// <summary>Makes a body. Script properties run, so this belongs on the pipeline thread.</summary>
    /// <param name="body">What the user passed.</param>
    /// <param name="stop">Gives up: at once where a stream or a file keeps it waiting, before the next value where a
    /// list has no end.</param>
    /// <returns>JSON in UTF-8.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.BodyCycle"/>, <see cref="ErrorIds.BodyNotJson"/>, <see cref="ErrorIds.BodySecret"/>,
    /// <see cref="ErrorIds.BodyTooDeep"/>, <see cref="ErrorIds.BodyTooLarge"/>, <see cref="ErrorIds.BodyUnreadable"/>,
    /// <see cref="ErrorIds.InvalidBody"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static byte[] Convert(object body, CancellationToken stop)
    {
        if (JsonSource.Read(ForeignValue.Unwrap(body), stop) is { } json) return json;
        var walk = new Walk(stop);
        walk.Write(body);
        return walk.ToUtf8();
    }

    private sealed class Walk(CancellationToken stop)
    {
        private const int LongestPlace = 200;
        private readonly HashSet<object> _open = new(Identity.Instance);
        private readonly StringBuilder _json = new();

        // The way from the body to the value that is being written: keys, and numbers in lists.
        private readonly List<object> _place = [];

        // The time zone that stands beside the members of the object that is being written.
        private string? _zone;

        public byte[] ToUtf8()
        {
            CheckSize();
            byte[] json = JsonSource.Utf8.GetBytes(_json.ToString());
            return json.Length <= BodyReader.MaximumJsonBytes ? json : throw JsonSource.TooLarge("The body");
        }

        public void Write(object? value)
        {
            stop.ThrowIfCancellationRequested();
            CheckSize();
            object? plain = ForeignValue.Unwrap(value);
            if (plain is null) _json.Append("null");
            else if (plain is PSObject or IDictionary or Array) WriteNested(plain);
            else if (_zone is not null && DateText.In(plain, _zone) is { } date) WriteScalar(date, isLiteral: false);
            else if (Scalar.TextOf(plain, out bool isLiteral) is { } text) WriteScalar(text, isLiteral);
            else if (plain is SecureString or PSCredential)
                throw JsonSource.Invalid(
                    ErrorIds.BodySecret, $"The body has a secret (SecureString or PSCredential) in it{At()}.",
                    "Secrets don't belong into Notion's pages; convert it yourself if it must be sent.");
            else if (Try(() => ForeignValue.JsonOf(plain), "JSON") is { } json) WriteForeignJson(json);
            else WriteNested(plain);
        }

        // While it is written: a list may have no end.
        private void CheckSize()
        {
            if (_json.Length > BodyReader.MaximumJsonBytes) throw JsonSource.TooLarge("The body");
        }

        private void WriteScalar(string text, bool isLiteral)
        {
            if (!isLiteral) JsonString.Append(_json, text);
            else if (Scalar.IsFinite(text)) _json.Append(text);
            else throw JsonSource.Invalid(ErrorIds.InvalidBody,
                $"The body has a number that JSON can't hold (NaN or infinity){At()}.", "Leave it out or pass $null.");
        }

        private void WriteNested(object value)
        {
            // Two PSObjects may wrap one object: the object itself tells a cycle.
            if (!_open.Add(value))
                throw JsonSource.Invalid(ErrorIds.BodyCycle,
                    $"The body has a cycle{At()}: an object that contains itself.",
                    "Take the reference back out.");
            if (_open.Count > MaximumDepth) throw TooDeep();
            string? outer = _zone;
            _zone = ZoneBeside(value);
            switch (value)
            {
                case IDictionary dictionary:
                    WriteObject(
                    Guarded(dictionary.Keys).Cast<object>()
                    .Select(k => (NameOf(k), Try<object?>(() => dictionary[k])))); break;
                case NameValueCollection values:
                    WriteObject(
                    Enumerable.Range(0, values.Count)
                    .Select(i => (NameOf(values.GetKey(i)), ValueOf(values.GetValues(i))))); break;
                case StringDictionary
                    or IEnumerable<KeyValuePair<string, object?>>:
                    WriteObject(Pairs((IEnumerable)value)); break;
                case IEnumerable pairs when ForeignValue.IsDictionary(pairs): WriteObject(Pairs(pairs)); break;
                case XmlNode: throw Unknown(value);
                case IEnumerable list: WriteArray(list); break;
                default: WriteProperties(value); break;
            }

            _zone = outer;
            _open.Remove(value);
        }

        // A dictionary whose keys aren't text may fail at the question: then there is none.
        private static string? ZoneBeside(object value)
        {
            try
            {
                return ForeignValue.MemberOf(value, "time_zone") as string;
            }
            catch (Exception e) when (e is not (PipelineStoppedException or OutOfMemoryException))
            {
                return null;
            }
        }

        private void WriteProperties(object value)
        {
            if (!ForeignValue.IsObject(value)) throw Unknown(value);
            char separator = '{';
            foreach (PSPropertyInfo property in PSObject.AsPSObject(value).Properties)
            {
                if (!property.IsGettable || !ForeignValue.IsOwn(property)) continue;
                _json.Append(separator);
                separator = ',';
                JsonString.Append(_json, property.Name);
                _json.Append(':');
                _place.Add(property.Name);
                if (property is LazyProperty lazy && lazy.TryGetJson(out JsonSlice json)) WriteJson(json.Span);
                else Write(ValueOf(property));
                Leave();
            }

            // An object that somebody made empty is one; a class in which there is nothing to read is something else.
            if (separator == '{' && value is not PSObject) throw Unknown(value);
            _json.Append(separator == '{' ? "{}" : "}");
        }

        private void Leave() => _place.RemoveAt(_place.Count - 1);

        private static object? ValueOf(string[]? values) => values is { Length: 1 } ? values[0] : values;

        private object? ValueOf(PSPropertyInfo property)
        {
            try
            {
                return property.Value;
            }
            catch (GetValueException e)
            {
                throw Unreadable("A property", e.InnerException ?? e);
            }
        }

        private void WriteForeignJson(string json)
        {
            byte[] utf8 = Try(() => JsonSource.Utf8.GetBytes(json), "JSON");
            WriteJson(utf8);
        }

        /// <summary>Copies JSON.</summary>
        private void WriteJson(ReadOnlySpan<byte> json)
        {
            // The limit includes one level that isn't there where nothing is open.
            if (!IsJson(json, Math.Max(1, MaximumDepth - _open.Count)))
                throw IsJson(json, int.MaxValue)
                    ? TooDeep() : JsonSource.Invalid(ErrorIds.InvalidBody,
                        $"The body has a value{At()} that says it is JSON and isn't.",
                        "Leave it out, or pass what it stands for.");
#if NET8_0_OR_GREATER
            _json.Append(JsonSource.Utf8.GetString(json));
#else
            _json.Append(JsonSource.Utf8.GetString(json.ToArray()));
#endif
        }

        private static bool IsJson(ReadOnlySpan<byte> json, int depth)
        {
            try
            {
                var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = depth });
                while (reader.Read())
                {
                    // To the end.
                }

                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        private void WriteObject(IEnumerable<(string Name, object? Value)> members)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach ((string name, object? member) in members)
            {
                if (!names.Add(name))
                    throw JsonSource.Invalid(ErrorIds.InvalidBody,
                        $"The body has a dictionary{At()} in which two keys are the same text: " +
                        $"'{Redaction.Scrub(name)}'.", "Take one of them out.");
                _json.Append(names.Count == 1 ? '{' : ',');
                JsonString.Append(_json, name);
                _json.Append(':');
                _place.Add(name);
                Write(member);
                Leave();
            }

            _json.Append(names.Count == 0 ? "{}" : "}");
        }

        private IEnumerable<(string Name, object? Value)> Pairs(IEnumerable pairs)
        {
            foreach (object pair in Guarded(pairs))
            {
                (object? key, object? value) = ForeignValue.Pair(pair);
                yield return (NameOf(key), value);
            }
        }

        private void WriteArray(IEnumerable list)
        {
            char separator = '[';
            int number = 0;
            foreach (object? item in Guarded(list))
            {
                _json.Append(separator);
                separator = ',';
                _place.Add(number++);
                Write(item);
                Leave();
            }

            _json.Append(separator == '[' ? "[]" : "]");
        }

        private string NameOf(object? key)
        {
            object? plain = ForeignValue.Unwrap(key);
            if (plain is null)
                throw JsonSource.Invalid(
                    ErrorIds.InvalidBody, $"The body has a dictionary{At()} with a key that " +
                "is null.", "Use text as keys.");
            return Scalar.TextOf(plain, out _)
                ?? throw JsonSource.Invalid(ErrorIds.InvalidBody,
                    $"The body has a dictionary{At()} with a key that is no text but a {plain.GetType().Name}.",
                    "Use text as keys.");
        }

        /// <summary>The items of a list that isn't ours: whatever goes wrong in it is its error.</summary>
        private IEnumerable Guarded(IEnumerable list)
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

        private T Try<T>(Func<T> read, string what = "A list")
        {
            try
            {
                return read();
            }
            catch (Exception e) when (e is not (PipelineStoppedException or OutOfMemoryException))
            {
                throw Unreadable(what, e);
            }
        }

        /// <summary>Where the value stands, for a message: empty for the body itself.</summary>
        private string At()
        {
            if (_place.Count == 0) return string.Empty;
            var place = new StringBuilder();
            foreach (object part in _place)
            {
                if (place.Length > LongestPlace) break;
                if (part is int number) place.Append('[').Append(number).Append(']');
                else place.Append(place.Length == 0 ? string.Empty : ".").Append((string)part);
            }

            string shown = Redaction.Scrub(place.ToString());
            return $" at '{(shown.Length > LongestPlace ? $"{shown.Substring(0, LongestPlace)}…" : shown)}'";
        }

        private NotionAuthException Unknown(object value) => JsonSource.Invalid(
            ErrorIds.InvalidBody,
            $"The body has a {value.GetType().Name}{At()}, which isn't known to mean something in JSON.",
            "Pass its text, or an object of the properties that are meant (Select-Object).");

        private NotionAuthException Unreadable(string what, Exception why) =>
            JsonSource.Invalid(ErrorIds.BodyUnreadable,
                $"{what} in the body{At()} can't be read: {Redaction.Scrub(why.Message)}",
                "Leave it out, or pass its values.");

        private NotionAuthException TooDeep() =>
            JsonSource.Invalid(ErrorIds.BodyTooDeep, $"The body is nested deeper than {MaximumDepth} levels{At()}.",
                "Notion takes two levels of blocks in one request: append the rest with further requests.");
    }

    private sealed class Identity : IEqualityComparer<object>
    {
        public static readonly Identity Instance = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => ReferenceEquals(x, y);

        int IEqualityComparer<object>.GetHashCode(object obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
