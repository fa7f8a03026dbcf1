using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Numerics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Threading;

namespace NotionAuth.Tests
{
    /// <summary>
    /// Random and broken JSON, made into objects and back: what .NET's reader refuses is an error of ours, and
    /// everything else means the same when it comes back, whether it was looked at or not. The same inputs for the same
    /// seed.
    /// </summary>
    public sealed class ConversionFuzz
    {
        private const int MaximumDepth = 512;
        private static readonly string[] Names = { "id", "ID", "Id", "object", "type", "a", "A", "\\u0061", "title", "",
            "psobject", "PSBase", "ä", "Ä", "漢", "\\ud800", "x y", "plain_text", "Count", "\\n", "k\\u006b" };
        private static readonly string[] Strings = { "", "a", "page", "2026-01-01", "\\\"", "\\\\", "\\/",
            "\\b\\f\\n\\r\\t", "\\u0000", "\\ud83d\\ude00", "\\ud83d", "\\ude00\\ud83d", "🚀", "é", "\\u00e9", "true",
            "1", "\u2028" };
        private static readonly string[] Numbers = { "0", "-0", "1", "-1", "1.0", "0.1", "-0.0", "1e5", "1E-5",
            "9223372036854775807", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890",
            "12345678901234567.89", "0.12345678901234567890123456789012345", "1e400", "-1e-400", "5e-324",
            "1.7976931348623157e308", "1.10", "100e-2", "0e99", "4.35", "79228162514264337593543950336", "0.1e+1" };
        private static readonly string[] Fragments = { "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800",
            "null", "tru", "NaN", "01", "-", "1.", "1e", "//x", "\0", "\ufeff", "{\"a\":1,\"a\":2}",
            "{\"A\":1,\"a\":2}", " ", "\n", "\"\"", "[[[[[[[[" };

        private delegate object ToObject(ReadOnlySpan<byte> utf8, bool asHashtable);
        private delegate byte[] ToJson(object body, CancellationToken stop);

        private readonly ToObject _toObject;
        private readonly ToJson _toJson;
        private readonly Random _random;
        private readonly int _seed;

        public ConversionFuzz(Assembly module, int seed)
        {
            const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            _toObject = (ToObject)module.GetType("NotionAuth.Conversion.FromJson.JsonToObject", true).GetMethod(
                "Convert", Any).CreateDelegate(typeof(ToObject));
            _toJson = (ToJson)module.GetType("NotionAuth.Conversion.ToJson.ObjectToJson", true)
                .GetMethod("Convert", Any).CreateDelegate(typeof(ToJson));
            _random = new Random(seed);
            _seed = seed;
        }

        public int Good { get; private set; }

        public int Broken { get; private set; }

        public int Duplicate { get; private set; }

        public override string ToString() =>
            $"{Good} good, {Broken} broken, {Duplicate} with keys that an object can't hold, seed {_seed}";

        /// <summary>Runs for a time, or so many rounds where that is zero.</summary>
        /// <returns>What broke; null for nothing.</returns>
        public string Run(TimeSpan time, int rounds)
        {
            var watch = Stopwatch.StartNew();
            for (int round = 0; time == TimeSpan.Zero ? round < rounds : watch.Elapsed < time; round++)
            {
                byte[] json = Next();
                try
                {
                    Try(json, false, false);
                    Try(json, false, true);
                    Try(json, true, false);
                }
                catch (Exception e)
                {
                    return $"Seed {_seed}, round {round}: {e.GetType().Name}: {e.Message}\nInput: " +
                        $"{Convert.ToBase64String(json)}\n{Encoding.UTF8.GetString(json)}\n{e.StackTrace}";
                }
            }

            return null;
        }

        private void Try(byte[] json, bool asHashtable, bool isTouched)
        {
            string expected = Judge(json, asHashtable);
            object value;
            try
            {
                value = _toObject(json, asHashtable);
            }
            catch (Exception e) when (e.GetType().Name == "NotionAuthException")
            {
                var id = (string)e.GetType().GetProperty("ErrorId").GetValue(e);
                // Of two faults the first makes the error.
                Check(id == expected || (id == "DuplicateKey" && expected == "InvalidReply"),
                    $"{id} in place of {expected ?? "an object"}");
                if (id == "InvalidReply") Broken++;
                else Duplicate++;
                return;
            }

            Check(expected == null, $"an object in place of {expected}");
            if (isTouched) Touch(value);
            if (json.Length == 0) return;

            // Text as a body is JSON already, and nothing is no body.
            bool isWrapped = value == null || value is string;
            byte[] body = _toJson(isWrapped ? new object[] { value } : value, CancellationToken.None);
            List<string> before = Tokens(json),
                after = Tokens(isWrapped ? body.AsSpan(1, body.Length - 2).ToArray() : body);
            Check(before.SequenceEqual(after), "what comes back isn't what was sent: " + Encoding.UTF8.GetString(body));
            Good++;
        }

        private static void Check(bool isTrue, string message)
        {
            if (!isTrue) throw new InvalidOperationException(message);
        }

        private static void Touch(object value)
        {
            if (value is object[] list)
            {
                foreach (object item in list) Touch(item);
            }
            else if (value is PSObject holder)
            {
                foreach (PSPropertyInfo property in holder.Properties)
                {
                    _ = property.ToString();
                    object first = property.Value;
                    Check(ReferenceEquals(first, property.Value), "another value at the second look");
                    Touch(first);
                }
            }
        }

        /// <summary>What .NET says of the text: null for good, or the error that it has to be.</summary>
        private static string Judge(byte[] json, bool asHashtable)
        {
            if (json.Length == 0) return null;
            try
            {
                _ = new UTF8Encoding(false, true).GetString(json);
                using (JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaximumDepth }))
                {
                }
            }
            catch (Exception e) when (e is JsonException || e is DecoderFallbackException)
            {
                return "InvalidReply";
            }

            var open = new Stack<HashSet<string>>();
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                    open.Push(
                        new HashSet<string>(asHashtable ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase));
                else if (reader.TokenType == JsonTokenType.EndObject) open.Pop();
                else if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    string name = Text(reader.ValueSpan);
                    if (!open.Peek().Add(name)) return "DuplicateKey";
                    if (!asHashtable && (name.Length == 0 || new[] { "psobject", "psbase", "psadapted", "psextended",
                        "pstypenames" }.Contains(name, StringComparer.OrdinalIgnoreCase))) return "DuplicateKey";
                }
            }

            return null;
        }

        /// <summary>What a text says, in its order: the same for each way to write it.</summary>
        private static List<string> Tokens(byte[] json)
        {
            var tokens = new List<string>();
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
            while (reader.Read())
            {
                string text = reader.TokenType == JsonTokenType.Number
                    ? Number(Encoding.ASCII.GetString(reader.ValueSpan)) : Text(reader.ValueSpan);
                tokens.Add(reader.TokenType + " " + text);
            }

            return tokens;
        }

        private static string Number(string text)
        {
            int e = text.IndexOfAny(new[] { 'e', 'E' });
            BigInteger exponent = e < 0
                ? 0 : BigInteger.Parse(
                    text.Substring(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            string digits = e < 0 ? text : text.Substring(0, e);
            string sign = digits[0] == '-' ? "-" : "";
            digits = digits.TrimStart('-');
            int point = digits.IndexOf('.');
            if (point >= 0)
            {
                exponent -= digits.Length - point - 1;
                digits = digits.Remove(point, 1);
            }

            digits = digits.TrimStart('0');
            while (digits.EndsWith('0'))
            {
                digits = digits.Substring(0, digits.Length - 1);
                exponent++;
            }

            return digits.Length == 0 ? sign + "0" : sign + digits + "e" + exponent;
        }

        private static string Text(ReadOnlySpan<byte> utf8)
        {
            string raw = Encoding.UTF8.GetString(utf8);
            var text = new StringBuilder();
            for (int i = 0; i < raw.Length; i++)
            {
                if (raw[i] != '\\') text.Append(raw[i]);
                else if (raw[++i] != 'u') text.Append("\"\\/\b\f\n\r\t"["\"\\/bfnrt".IndexOf(raw[i])]);
                else
                {
                    text.Append(
                        (char)int.Parse(raw.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    i += 4;
                }
            }

            return text.ToString();
        }

        private byte[] Next()
        {
            var text = new StringBuilder();
            if (_random.Next(60) == 0) Deep(text);
            else Value(text, 0);
            int changes = _random.Next(3) == 0 ? 0 : _random.Next(4);
            for (int i = 0; i < changes; i++)
            {
                int at = _random.Next(text.Length + 1);
                switch (_random.Next(4))
                {
                    case 0: text.Insert(at, Fragments[_random.Next(Fragments.Length)]); break;
                    case 1: text.Length = at; break;
                    case 2: text.Remove(at, Math.Min(_random.Next(5), text.Length - at)); break;
                    default: text.Insert(at, Numbers[_random.Next(Numbers.Length)]); break;
                }
            }

            byte[] json = Encoding.UTF8.GetBytes(text.ToString());
            if (json.Length > 0 && _random.Next(12) == 0) json[_random.Next(json.Length)] = (byte)_random.Next(256);
            return json;
        }

        private void Deep(StringBuilder text)
        {
            int levels = MaximumDepth - 2 + _random.Next(5);
            bool[] isObject = Enumerable.Range(0, levels).Select(_ => _random.Next(2) == 0).ToArray();
            foreach (bool o in isObject) text.Append(o ? "{\"a\":" : "[");
            text.Append('1');
            foreach (bool o in isObject.Reverse()) text.Append(o ? '}' : ']');
        }

        private void Value(StringBuilder text, int depth)
        {
            Blank(text);
            switch (_random.Next(depth > 6 ? 4 : 9))
            {
                case 0: text.Append(Numbers[_random.Next(Numbers.Length)]); break;
                case 1: text.Append(new[] { "true", "false", "null" }[_random.Next(3)]); break;
                case 2 or 3: text.Append('"')
                    .Append(string.Concat(
                        Enumerable.Range(0, _random.Next(4)).Select(_ => Strings[_random.Next(Strings.Length)])))
                        .Append('"'); break;
                case 4 or 5: List(text, '[', ']', () => Value(text, depth + 1)); break;
                default:
                    // Mostly names that are all different; sometimes as they come.
                    int number = 0;
                    bool isWild = _random.Next(8) == 0;
                    List(text, '{', '}', () =>
                    {
                        text.Append('"')
                            .Append(isWild || number == 0 ? Names[_random.Next(Names.Length)] : "n" + number).Append(
                                "\":");
                        number++;
                        Value(text, depth + 1);
                    });
                    break;
            }

            Blank(text);
        }

        private void List(StringBuilder text, char first, char last, Action item)
        {
            text.Append(first);
            int count = _random.Next(20) == 0 ? 30 : _random.Next(4);
            for (int i = 0; i < count; i++)
            {
                if (i > 0) text.Append(',');
                item();
            }

            text.Append(last);
        }

        private void Blank(StringBuilder text)
        {
            if (_random.Next(10) == 0) text.Append(" \n\t\r"[_random.Next(4)]);
        }
    }
}
