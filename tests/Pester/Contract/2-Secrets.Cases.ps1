# Secrets of every type, and their names, are written, read, listed and removed.
@(
    @{
        Name = 'A string is handed out as a SecureString, or as text'
        Do   = {
            Register-Plain
            Set-Secret -Name a -Secret 'text'
            Get-Secret a
            Get-Secret a -AsPlainText
            Get-SecretInfo a
        }
    }
    @{
        Name = 'A SecureString likewise, by either parameter or none'
        Do   = {
            Register-Plain
            Set-Secret -Name a -SecureStringSecret (New-Secure 'text')
            Set-Secret -Name b -Secret (New-Secure 'text')
            Set-Secret c (New-Secure 'text')
            Get-Secret a
            Get-Secret a -AsPlainText
            Get-SecretInfo
        }
    }
    @{
        Name = 'Bytes stay one array'
        Do   = {
            Register-Plain
            Set-Secret -Name a -Secret ([byte[]](1, 2, 3))
            @(Get-Secret a).Count
            Get-Secret a
            Get-Secret a -AsPlainText
            Get-SecretInfo a
        }
    }
    @{
        Name = 'A PSCredential stays one'
        Do   = {
            Register-Plain
            Set-Secret -Name a -Secret ([pscredential]::new('ada', (New-Secure 'word')))
            Get-Secret a
            Get-Secret a -AsPlainText
            Get-SecretInfo a
        }
    }
    @{
        Name = 'A hashtable''s values are handed out like secrets of their own'
        Do   = {
            Register-Plain
            Set-Secret -Name a -Secret @{
                Text = 't'; Secure = New-Secure 's'; Bytes = [byte[]](1, 2)
                Credential = [pscredential]::new('ada', (New-Secure 'word')); Number = 1
            }
            Get-Secret a
            Get-Secret a -AsPlainText
            Get-SecretInfo a
        }
    }
    @{
        Name = 'What else there is goes to the extension as it is'
        Do   = {
            Register-Plain
            Set-Secret -Name a -Secret 42
            Set-Secret -Name a -Secret ([ordered]@{ a = 'x' })
            Set-Secret -Name a -Secret @('x', 'y')
            Set-Secret -Name b -Secret ([psobject]::AsPSObject('x'))
            Set-Secret -Name c -Secret ''
            Get-SecretInfo
            Get-Secret c -AsPlainText
        }
    }
    @{
        Name = 'No secret is null, and no name empty'
        Do   = {
            Register-Plain
            Set-Secret -Name a -Secret $null
            Set-Secret a $null
            Set-Secret -Name a -SecureStringSecret 'text'
            Set-Secret -Name '' -Secret 'x'
            Get-Secret ''
            Get-Secret $null
            Remove-Secret '' File
            Remove-Secret a ''
            Set-SecretInfo '' @{ a = 1 }
            Unlock-SecretVault '' (New-Secure 'word')
            Get-SecretInfo ''
        }
    }
    @{
        Name = 'Secrets come and go through the pipeline'
        Do   = {
            Register-Plain
            'text' | Set-Secret -Name a
            New-Secure 's' | Set-Secret -Name b
            'one', 'two' | Set-Secret -Name c
            Get-SecretInfo
            'a', 'c' | Get-Secret -AsPlainText
            Get-SecretInfo | Get-Secret -AsPlainText
            'a' | Remove-Secret -Vault File
            Get-SecretInfo b | Remove-Secret
            (Get-SecretInfo).Name
        }
    }
    @{
        Name = 'A secret of another type replaces one, with its metadata'
        Do   = {
            Register-Plain
            Set-Secret a x File @{ m = 1 }
            Get-SecretInfo
            Set-Secret -Name a -Secret @{ k = 'v' }
            Get-SecretInfo
        }
    }
    @{
        Name = 'Metadata is kept as it is'
        Do   = {
            Register-Plain
            $when = [datetime]::new(2020, 1, 2, 3, 4, 5, [DateTimeKind]::Utc)
            Set-Secret a one -Metadata @{
                Text = 't'; Number = 5; Long = 5L; Fraction = 1.5; When = $when; Flag = $true; List = @(1, 2)
                Nothing = $null
            }
            Get-SecretInfo a
            Set-Secret a two -Metadata @{}
            Get-SecretInfo a
            Set-SecretInfo a @{ k = 'v' }
            Get-SecretInfo a
            Set-SecretInfo -Name a -Metadata @{}
            Get-SecretInfo a
            Get-SecretInfo a | Set-SecretInfo -Metadata @{ p = 1 }
            @{ q = 2 } | Set-SecretInfo -Name a -Vault File
            Get-SecretInfo a
            Get-Secret a -AsPlainText
        }
    }
    @{
        Name = 'Metadata that a vault can not keep is an error, and the secret is not kept either'
        Do   = {
            Register-SecretVault -Name N -ModuleName $withoutMetadata -VaultParameters @{ Path = $folder }
            Set-Secret a one -Metadata @{ k = 'v' }
            Get-SecretInfo
            Set-Secret a one -Metadata @{}
            Get-SecretInfo
            Set-SecretInfo a @{ k = 'v' }
            Get-SecretInfo
            Set-Secret a two -Metadata @{ k = 'v' }
            Get-SecretInfo
        }
    }
    @{
        Name = 'Set-Secret -NoClobber leaves a secret that is there'
        Do   = {
            Register-Plain
            Set-Secret a one -NoClobber
            Set-Secret a two -NoClobber
            Set-Secret a two -NoClobber -Vault File
            Get-Secret a -AsPlainText
        }
    }
    @{
        Name = 'Set-Secret copies secrets to another vault'
        Do   = {
            Register-Plain a
            Register-Plain b
            Set-Secret x one -Metadata @{ m = 1 }
            $info = Get-SecretInfo x
            $info | Set-Secret -Vault b
            Get-SecretInfo -Vault b
            Get-Secret x b -AsPlainText
            $info | Set-Secret -Vault b -NoClobber
            Set-Secret -SecretInfo $info -Vault Nowhere
            Remove-Secret x a
            $info | Set-Secret -Vault b
            Unregister-SecretVault a
            $info | Set-Secret -Vault b
        }
    }
    @{
        Name = 'Names with wildcard characters are names, except where a pattern is taken'
        Do   = {
            Register-Plain
            Register-Plain Other
            foreach ($name in 'a*', 'a[1]', 'ab', 'a?') { Set-Secret $name "secret $name" }
            (Get-SecretInfo).Name -join ' '
            Get-Secret 'a*' -AsPlainText
            Get-Secret 'a[1]' -AsPlainText
            Get-Secret 'a[1]' File -AsPlainText
            (Get-SecretInfo 'a[1]').Name
            (Get-SecretInfo 'a[[]1]').Name
            Set-Secret 'a[1]' again -NoClobber
            Set-SecretInfo 'a[1]' @{ m = 1 }
            Remove-Secret 'a*' File
            Get-SecretInfo
        }
    }
    @{
        Name = 'Two names that differ only in their case can not be listed'
        Do   = {
            Register-Plain
            Set-Secret Abc one
            Get-Secret abc -AsPlainText
            Get-SecretInfo abc
            Set-Secret abc two -NoClobber
            Get-Secret abc File -AsPlainText
            Get-SecretInfo
        }
    }
    @{
        Name = 'Names may have any characters'
        Do   = {
            Register-Plain
            foreach ($name in 'with space', "quote'", 'slash/back\', 'ümlaut', '$x', '`a', '-dash') {
                Set-Secret $name "secret $name"
                Get-Secret $name File -AsPlainText
            }
            (Get-SecretInfo).Name
        }
    }
    @{
        Name = 'Get-SecretInfo takes a pattern, and says nothing where nothing fits'
        Do   = {
            Register-Plain
            'abc', 'abd', 'Xyz' | ForEach-Object { Set-Secret $_ s }
            (Get-SecretInfo ab*).Name -join ' '
            (Get-SecretInfo xyz).Name -join ' '
            (Get-SecretInfo '?b[cd]').Name -join ' '
            Get-SecretInfo nowhere
            Get-SecretInfo now*
        }
    }
    @{
        Name = 'SecretInformation is made by extensions'
        Do   = {
            $type = [Microsoft.PowerShell.SecretManagement.SecretInformation]
            $type::new('n', 'String', 'v')
            $type::new('n', 1, 'v', @{ a = 1; b = $null })
            $type::new('n', 'PSCredential', 'v',
                [Collections.ObjectModel.ReadOnlyDictionary[string, object]]::new(
                    [Collections.Generic.Dictionary[string, object]]::new()
                ))
            $type::new('', 'Unknown', '')
            $type::new('n', 'String', 'v', [hashtable]$null)
            $type::new('n', 'String', 'v', @{ 1 = 'x' })
            [enum]::GetValues([Microsoft.PowerShell.SecretManagement.SecretType]) | ForEach-Object { "$([int]$_) $_" }
        }
    }
)
